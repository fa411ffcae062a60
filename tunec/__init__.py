"""tunec compiles a `.tune` spec into one standalone PyTorch script."""

__version__ = "0.1.0"

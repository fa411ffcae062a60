"use strict";
const list = document.getElementById("list");
const tools = document.getElementById("tools");
const articles = list ? [...list.children] : [];
const texts = new Map(articles.map((article) => [article, article.textContent.toLowerCase()]));
const wanted = {
  "": () => true,
  more: (change) => change > 0,
  less: (change) => change < 0,
  other: (change) => change !== 0,
  same: (change) => change === 0,
};

function arrange() {
  const { metric, order, show, find } = tools.elements;
  const at = metric ? metric.value : "";
  const number = (article, name) => Number(article.dataset[name]);
  const ranks = {
    change: (article) => -Math.abs(number(article, "change" + at)),
    low: (article) => number(article, "value" + at),
    high: (article) => -number(article, "value" + at),
    number: () => 0,
  };
  const rank = ranks[order ? order.value : "number"];
  const words = find.value.toLowerCase();
  const found = articles.filter(
    (article) =>
      wanted[show ? show.value : ""](number(article, "change" + at)) &&
      texts.get(article).includes(words),
  );
  found.sort(
    (a, b) => rank(a) - rank(b) || number(a, "number") - number(b, "number"),
  );
  list.replaceChildren(...found);
  document.getElementById("shown").textContent =
    found.length + " of " + articles.length + " answers";
}

if (tools) {
  tools.addEventListener("input", arrange);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  arrange();
}

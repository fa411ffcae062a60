"use strict";
const list = document.getElementById("list");
const tools = document.getElementById("tools");
const articles = [...list.children];
const largestFirst = new Set(["tokens"]);

function arrange() {
  const { data, kind, order } = tools.elements;
  const sign = largestFirst.has(order.value) ? -1 : 1;
  const value = (article) => sign * Number(article.dataset[order.value]);
  const wanted = articles.filter(
    (article) =>
      (!data.value || article.dataset.data === data.value) &&
      (!kind.value || article.dataset.kinds.split(" ").includes(kind.value)),
  );
  wanted.sort((a, b) => value(a) - value(b));
  list.replaceChildren(...wanted);
  document.getElementById("shown").textContent =
    wanted.length + " of " + articles.length + " rows";
}

const found = new Set(articles.flatMap((article) => article.dataset.kinds.split(" ")));
for (const option of [...tools.elements.kind.options]) {
  if (option.value && !found.has(option.value)) option.remove();
}
tools.addEventListener("change", arrange);
tools.addEventListener("submit", (event) => event.preventDefault());
tools.hidden = false;
arrange();

// Shows the values of a chart's table at the pointer. Without it a page says the same.
document.querySelectorAll("figure").forEach(function (figure) {
  "use strict";
  const rows = Array.from(figure.querySelectorAll("tr[data-at]"));
  if (rows.length === 0) {
    return;
  }
  const heads = Array.from(figure.querySelectorAll("thead th"), (head) => head.textContent);
  const box = figure.appendChild(document.createElement("div"));
  box.className = "hover";
  box.hidden = true;
  box.setAttribute("aria-hidden", "true");
  figure.querySelectorAll("svg[data-plot]").forEach(function (svg) {
    const [left, right, from, to] = svg.dataset.plot.split(" ").map(Number);
    const mark = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
    mark.setAttribute("class", "a-mark");
    function hide() {
      box.hidden = true;
      mark.removeAttribute("d");
    }
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("pointermove", function (event) {
      const drawn = svg.getBoundingClientRect();
      const scale = svg.viewBox.baseVal.width / drawn.width;
      const x = (event.clientX - drawn.left) * scale;
      const at = from + ((to - from) * (x - left)) / (right - left);
      const row = rows.filter((row) => Number(row.dataset.at) <= at).pop();
      if (x < left || x > right || !row) {
        hide();
        return;
      }
      box.textContent = Array.from(row.cells, (cell, i) => heads[i] + ": " + (cell.textContent || "not measured")).join("\n");
      box.hidden = false;
      const rowX = left + ((right - left) * (Number(row.dataset.at) - from)) / (to - from);
      mark.setAttribute("d", "M" + rowX + " 20V" + svg.viewBox.baseVal.height);
      const within = figure.getBoundingClientRect();
      const beside = event.clientX - within.left + 14;
      const fits = beside + box.offsetWidth <= within.width;
      box.style.left = (fits ? beside : Math.max(0, beside - box.offsetWidth - 28)) + "px";
      box.style.top = event.clientY - within.top + 14 + "px";
    });
  });
});

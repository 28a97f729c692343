// Curves over steps, by uPlot: zoom by dragging, values below the cursor, a logarithmic axis.
"use strict";
const PALETTE = {
  light: ["#1f6feb", "#cf4814", "#1a7f37", "#8250df", "#9a6700", "#0f7b8a", "#bf3989", "#57606a"],
  dark: ["#6cb0ff", "#ff8a65", "#4ac26b", "#c297ff", "#e0b341", "#4fc7d6", "#ff80c8", "#9aa0a6"],
};

function shownNumber(value) {
  if (value == null) return "\u2013";
  const size = Math.abs(value);
  if (size >= 1e4) return Math.round(value).toLocaleString("en");
  if (size !== 0 && size < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

function curves(place, data) {
  const holder = place.querySelector(".plot");
  const button = place.querySelector(".logarithmic");
  const tables = data.runs.map((run) => [run.steps, ...run.values]);
  const joined = tables.length > 1 ? uPlot.join(tables) : tables[0];
  const positive = joined.slice(1).every((values) => values.every((value) => value == null || value > 0));
  button.hidden = !positive;
  const key = `u${Math.random()}`;
  let logarithmic = false;
  let plot = null;

  function draw() {
    const scales = plot && { min: plot.scales.x.min, max: plot.scales.x.max };
    if (plot) plot.destroy();
    const palette = PALETTE[theme.colour("color-scheme") === "dark" || getComputedStyle(document.documentElement).colorScheme === "dark" ? "dark" : "light"];
    const axis = {
      stroke: theme.colour("--soft"), grid: { stroke: theme.colour("--line"), width: 1 },
      ticks: { stroke: theme.colour("--line"), width: 1 }, font: "11px system-ui, sans-serif",
    };
    const series = [{ label: "step", value: (_, value) => (value == null ? "\u2013" : value.toLocaleString("en")) }];
    let colour = 0;
    data.runs.forEach((run, number) => run.names.forEach((name, index) => {
      const best = run.best;
      series.push({
        label: visible(data.runs.length > 1 ? `${run.label} ${name}` : name),
        stroke: palette[(data.runs.length > 1 ? number : colour) % palette.length],
        dash: data.runs.length > 1 && index ? [5, 4] : undefined,
        width: 1.6, spanGaps: true,
        value: (_, value) => shownNumber(value),
        points: { show: run.steps.length < 40, size: 5 },
      });
      colour += 1;
    }));
    plot = new uPlot({
      width: Math.max(220, holder.clientWidth), height: data.wide ? 300 : 190,
      cursor: { sync: { key }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: { distr: logarithmic ? 3 : 1 } },
      axes: [{ ...axis, values: (_, splits) => splits.map((value) => value.toLocaleString("en", { notation: value >= 1e4 ? "compact" : "standard" })) },
        { ...axis, size: 58, values: (_, splits) => splits.map((value) => (value == null ? "" : shownNumber(value))) }],
      series,
    }, joined, holder);
    if (scales && scales.min != null) plot.setScale("x", scales);
  }

  button.addEventListener("click", () => {
    logarithmic = !logarithmic;
    button.setAttribute("aria-pressed", String(logarithmic));
    draw();
  });
  theme.onChange(draw);
  draw();
  let width = holder.clientWidth;
  new ResizeObserver(() => {
    if (holder.clientWidth !== width) {
      width = holder.clientWidth;
      plot.setSize({ width: Math.max(220, width), height: data.wide ? 300 : 190 });
    }
  }).observe(holder);
}

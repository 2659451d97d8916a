// The page on which two plans of a function stand beside each other.
#include "passes/FusionExplorer.h"

#include "llvm/Support/JSON.h"

using namespace dsa;

static constexpr llvm::StringLiteral kStyle = R"text(
body { font: 14px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 1280px; color: #1d2329; padding: 0 1em }
h1 { font-size: 1.4em } table { border-collapse: collapse; margin: 1em 0 }
th, td { text-align: right; padding: .2em .9em; border-bottom: 1px solid #dde2e7 } th:first-child, td:first-child { text-align: left }
tr.fastest td { font-weight: 600 } .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 2em }
select { font: inherit; padding: .2em } p.hint { color: #5d6873 } svg { width: 100%; display: block }
.kernel rect { fill: #f3f5f7; stroke: #c4ccd4 } .kernel.own rect { fill: #fdf0df; stroke: #d9902f }
.kernel text { font: 12px system-ui, sans-serif; fill: #1d2329 } .kernel .ops { fill: #5d6873 } .kernel .time { text-anchor: end }
.kernel .bar { fill: #4878a8; stroke: none } .edge { fill: none; stroke: #c4ccd4 }
.kernel.hot rect { stroke: #1d2329; stroke-width: 2 } .edge.hot { stroke: #b5432a; stroke-width: 2 }
)text";

static constexpr llvm::StringLiteral kBody = R"text(
<p class="hint">A box is a launch: its kernel, the ops inside, and the predicted time, which the bar shows as a share of
the slower plan's longest launch. A line goes from a launch to a later one that reads its result. Kernels that only this
plan has are orange. Hover over a box to see what it reads and who reads it.</p>
<table id="plans"></table>
<div class="pair"><div><select id="left"></select><div id="leftPlan"></div></div>
<div><select id="right"></select><div id="rightPlan"></div></div></div>
)text";

static constexpr llvm::StringLiteral kScript = R"text(
const rowHeight = 46, boxWidth = 430, width = 600;
const escape = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
const ms = seconds => (1e3 * seconds).toPrecision(3);
const signature = launch => launch.family + ':' + launch.ops.join(' ');
const columns = [['plan', p => p.name], ['kernels', p => p.kernels], ['launches', p => p.launches.length],
  ['GFLOP', p => (1e-9 * p.flops).toPrecision(4)], ['MB moved', p => (1e-6 * p.bytes).toFixed(1)],
  ['MB arena', p => (1e-6 * p.arena).toFixed(1)], ['predicted ms', p => ms(p.seconds)]];
if (plans.some(p => p.measured > 0)) columns.push(['measured ms', p => ms(p.measured)]);
const time = p => p.measured > 0 ? p.measured : p.seconds;
const least = Math.min(...plans.map(time));
document.getElementById('plans').innerHTML = '<tr>' + columns.map(c => `<th>${c[0]}</th>`).join('') + '</tr>' +
  plans.map(p => `<tr${time(p) === least ? ' class="fastest"' : ''}>` +
    columns.map(c => `<td>${escape(String(c[1](p)))}</td>`).join('') + '</tr>').join('');
function draw(plan, other, longest) {
  const known = new Set(other.launches.map(signature));
  const edges = plan.launches.flatMap((launch, to) => launch.reads.map(from => {
    const y = n => n * rowHeight + 20, reach = Math.min(150, 18 + 5 * (to - from));
    return `<path class="edge" data-from="${from}" data-to="${to}" d="M${boxWidth} ${y(from)} q${reach} 0 ${reach} ${(y(to) - y(from)) / 2} t${-reach} ${(y(to) - y(from)) / 2}"/>`;
  }));
  const boxes = plan.launches.map((launch, n) => {
    const ops = launch.ops.join(' + ') || 'copy', shown = ops.length > 66 ? ops.slice(0, 65) + '…' : ops;
    return `<g class="kernel${known.has(signature(launch)) ? '' : ' own'}" data-number="${n}" transform="translate(0 ${n * rowHeight})">
      <title>${escape(ops)}\n${launch.flops} FLOPs, ${launch.bytes} bytes, ${launch.alive} bytes of the arena alive</title>
      <rect width="${boxWidth}" height="38" rx="4"/><rect class="bar" y="34" height="4" width="${boxWidth * launch.seconds / longest}"/>
      <text x="8" y="15">${n} ${escape(launch.kernel)}</text><text class="time" x="${boxWidth - 8}" y="15">${ms(launch.seconds)} ms</text>
      <text class="ops" x="8" y="30">${escape(shown)}</text></g>`;
  });
  return `<svg viewBox="0 0 ${width} ${plan.launches.length * rowHeight}">${edges.join('')}${boxes.join('')}</svg>`;
}
function listen(holder) {
  holder.querySelectorAll('.kernel').forEach(box => {
    const toggle = on => holder.querySelectorAll('.edge').forEach(edge => {
      const ends = [edge.dataset.from, edge.dataset.to];
      if (!ends.includes(box.dataset.number)) return;
      edge.classList.toggle('hot', on);
      for (const end of ends) holder.querySelector(`.kernel[data-number="${end}"]`).classList.toggle('hot', on);
    });
    box.addEventListener('mouseenter', () => toggle(true));
    box.addEventListener('mouseleave', () => toggle(false));
  });
}
const sides = ['left', 'right'].map(side => document.getElementById(side));
function show() {
  const pair = sides.map(side => plans[side.value]);
  const longest = Math.max(...pair.flatMap(p => p.launches.map(l => l.seconds)));
  pair.forEach((plan, n) => {
    const holder = document.getElementById(sides[n].id + 'Plan');
    holder.innerHTML = draw(plan, pair[1 - n], longest);
    listen(holder);
  });
}
sides.forEach((side, n) => {
  side.innerHTML = plans.map((p, i) => `<option value="${i}">${escape(p.name)}</option>`).join('');
  side.value = Math.min(n, plans.length - 1);
  side.addEventListener('change', show);
});
show();
)text";

static llvm::json::Value toJson(const PlannedLaunch &launch) {
  return llvm::json::Object{{"kernel", launch.kernel},
                            {"family", launch.family},
                            {"ops", llvm::json::Array(launch.ops)},
                            {"reads", llvm::json::Array(launch.reads)},
                            {"flops", launch.cost.flops()},
                            {"bytes", launch.cost.readBytes + launch.cost.writeBytes},
                            {"alive", launch.aliveBytes},
                            {"seconds", launch.seconds}};
}

static llvm::json::Value toJson(const FusionPlan &plan) {
  llvm::json::Array launches;
  for (const PlannedLaunch &launch : plan.launches)
    launches.push_back(toJson(launch));
  return llvm::json::Object{
      {"name", plan.name},          {"kernels", plan.kernels},
      {"flops", plan.cost.flops()}, {"bytes", plan.cost.readBytes + plan.cost.writeBytes},
      {"arena", plan.arenaBytes},   {"seconds", plan.seconds},
      {"measured", plan.measured},  {"launches", std::move(launches)}};
}

void dsa::writeFusionPage(llvm::raw_ostream &os, llvm::ArrayRef<FusionPlan> plans,
                          llvm::StringRef function, llvm::StringRef machine) {
  llvm::json::Array array;
  for (const FusionPlan &plan : plans)
    array.push_back(toJson(plan));
  os << "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Plans of @" << function
     << "</title>\n<style>" << kStyle << "</style>\n<h1>Plans of @" << function << " on " << machine
     << "</h1>" << kBody << "<script>\nconst plans = " << llvm::json::Value(std::move(array)) << ";"
     << kScript << "</script></html>\n";
}

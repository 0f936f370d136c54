/** How a report looks: light and dark, from the width of a phone on, also on paper. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6470; --page: #fbfbfc; --card: #ffffff; --line: #dfe3e8;
  --trusted: #2166ac; --inside: #1b8a6b; --device: #c8601a; --other: #8b94a0; --good: #1b7a4b; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --soft: #9aa4b1; --page: #14171b; --card: #1b1f25; --line: #313842;
    --trusted: #6aaeea; --inside: #4cc2a0; --device: #f0985a; --other: #7d8794; --good: #5fcf94; --bad: #ff8b80; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
h3 { font-size: .95rem; margin: 1.25rem 0 .35rem; }
p { margin: .4rem 0; max-width: 48rem; }
.soft { color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
code { font: .92em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.verdict { font-weight: 600; } .good { color: var(--good); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { font-weight: 600; color: var(--soft); white-space: nowrap; }
tbody th { font-weight: normal; }
.number { text-align: right; white-space: nowrap; }
.short td { white-space: nowrap; }
tr:last-child > * { border-bottom: 0; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .3rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.binds { border: 1px solid var(--line); border-radius: 4px; padding: 0 .35rem; font-size: .85em; white-space: nowrap; }
svg { display: block; width: 100%; }
.bar { height: 12px; background: var(--page); border-radius: 2px; }
.whole { height: 22px; }
.trusted { fill: var(--trusted); } .inside { fill: var(--inside); } .device { fill: var(--device); } .other { fill: var(--other); }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: .6rem 0; padding: 0; list-style: none; font-size: .9em; }
.key svg { display: inline-block; width: .8em; height: .8em; margin-right: .4em; }
.layers { list-style: none; margin: .5rem 0 0; padding: 0; }
.layers li { display: grid; grid-template-columns: 2rem minmax(0, 15.5rem) 1fr 5rem 4.5rem 5.5rem; gap: 0 .75rem; align-items: center; padding: 1px 0; }
.layers .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.layers .head { color: var(--soft); font-weight: 600; padding-bottom: .25rem; }
.bars li { grid-template-columns: minmax(0, 16rem) 1fr 6rem; }
summary { cursor: pointer; color: var(--soft); margin-top: .75rem; }
footer { color: var(--soft); font-size: .9em; }
@media (max-width: 40rem) {
  body { font-size: 14px; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  .layers li { grid-template-columns: 1.6rem minmax(0, 1fr) 3.8rem 4.8rem; gap: 0 .5rem; padding: .2rem 0; }
  .layers .name { grid-column: 2 / 4; } .layers .by { grid-area: 1 / 4; text-align: right; }
  .layers li svg, .layers .chart { grid-area: 2 / 1 / 3 / 3; }
  .bars li { grid-template-columns: minmax(0, 1fr) max-content; }
  .bars .name { grid-area: 1 / 1; } .bars .number { grid-area: 1 / 2; } .bars li svg { grid-area: 2 / 1 / 3 / 3; }
}
@media print { body { background: #fff; } section { break-inside: avoid; } }
`;

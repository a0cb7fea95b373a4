/** The style of the page about the API; wide things break or scroll in themselves, so that the page fits any screen. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --text: #1c2128; --dim: #57606a; --page: #fff; --box: #f3f5f7; --line: #d8dee4; --link: #0757b0; }
@media (prefers-color-scheme: dark) { :root { --text: #d1d7e0; --dim: #9aa4b0; --page: #14181d; --box: #22272e; --line: #2d333b; --link: #6cb6ff; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: var(--text); background: var(--page); overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin: 3rem 0 0; } h3 { font-size: 1rem; margin: 2rem 0 .3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h4 { font-size: .85rem; margin: 1rem 0 .2rem; color: var(--dim); }
p { margin: .4rem 0; } nav ul { columns: 19rem; padding-left: 0; margin: .3rem 0 1rem; list-style: none; } nav li { break-inside: avoid; font-size: 14px; }
code { font: 13px ui-monospace, monospace; background: var(--box); padding: .1rem .3rem; border-radius: 3px; } h3 code { font-size: 15px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; } td { padding: .25rem .6rem .25rem 0; vertical-align: top; border-top: 1px solid var(--line); }
td:first-child { width: 11rem; } td:nth-child(2) { width: 8rem; color: var(--dim); } .role { color: var(--dim); font-size: 14px; }
td code { overflow-wrap: anywhere; }
@media (max-width: 40rem) { td:first-child { width: 7rem; } td:nth-child(2) { width: 4.5rem; } h3 code { font-size: 13px; } }
`

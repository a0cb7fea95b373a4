/** Variables under which a server believes that it is so many milliseconds later; fewer than none: earlier. */
export function clockShiftedBy(ms: number): { readonly NODE_OPTIONS: string } {
  const module = `const now = Date.now; Date.now = () => now() + ${ms}`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(module)}` }
}

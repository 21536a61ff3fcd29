/** Letters of one width: for what must be seen exactly. */
export const MONO = "ui-monospace, \"Cascadia Code\", Menlo, Consolas, \"DejaVu Sans Mono\", monospace";

/** For `sx`: read aloud, and not seen. */
export const hidden = { position: "absolute", width: 1, height: 1, m: "-1px", p: 0, overflow: "hidden", clipPath: "inset(50%)", whiteSpace: "nowrap", border: 0 } as const;

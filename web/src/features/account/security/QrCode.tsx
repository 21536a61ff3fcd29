import { useMemo } from "react";
import { encode } from "uqr";

/** A text as a picture for cameras: dark on white in both themes, for cameras want it so. */
export function QrCode({ text, label, size = 192 }: { text: string; label: string; size?: number }) {
  const { path, side } = useMemo(() => {
    const code = encode(text, { ecc: "M", border: 2 });
    const squares = code.data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: squares.join(""), side: code.size };
  }, [text]);
  return (
    <svg role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges" style={{ borderRadius: 8, flexShrink: 0 }}>
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

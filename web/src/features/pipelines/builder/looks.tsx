import { Database, FileText, Filter, GitMerge, Layers, ListChecks, Sigma, Sparkles, Terminal, Upload } from "lucide-react";
import type { Role } from "../model/graph";
import type { Group } from "../model/kinds";

const ICONS: Record<Group, typeof Database> = { source: Database, clean: Sparkles, shape: Layers, combine: GitMerge, compute: Sigma, check: ListChecks, destination: Upload };
const OWN: Record<string, typeof Database> = { file: FileText, filter: Filter, sql: Terminal };

/** Sources, transforms and destinations have a colour each; the icon says what a node does. */
export const COLOURS: Record<Role, string> = { source: "info.main", transform: "primary.main", destination: "secondary.main" };

export function KindIcon({ group, kind, size = 16 }: { group: Group | undefined; kind: string; size?: number }) {
  const Icon = (group !== "destination" && OWN[kind]) || ICONS[group ?? "shape"];
  return <Icon size={size} aria-hidden />;
}

import { createContext, type ReactNode, useContext } from "react";
import type { Finding } from "@/api/problem";
import { capitalized } from "@/lib/errors";
import { say, sayBoth } from "@/lib/sayings";
import { sentences } from "@/lib/sentences";
import type { FieldProps } from "./Field";
import type { Schema } from "./schema";

/** What the fields of one form share. */
export interface FormContext {
  root: Schema;
  /** What is wrong, by JSON pointer from the root of the value. */
  problems: Finding[];
  /** Words to choose from at a place, for example the columns of the input. */
  suggest(path: string, name: string): string[];
  /** JSON pointers of secrets that the server keeps: they need not be typed again. */
  kept: string[];
  disabled: boolean;
  /** A field for SQL that knows more than the plain one, where the page has one. */
  sql?: (props: FieldProps) => ReactNode;
}

export const FormContext = createContext<FormContext>({ root: {}, problems: [], suggest: () => [], kept: [], disabled: false });

export function useForm(): FormContext {
  return useContext(FormContext);
}

/** What is wrong at exactly this place. The hint for a setting that is missing is what it is for: `Help` says that already. */
export function useProblem(path: string, { description }: Schema): string | undefined {
  const { problems } = useForm();
  const { first } = sentences(description);
  const found = problems.filter((problem) => problem.path === path);
  return found.length === 0 ? undefined : found.map((problem) => capitalized(problem.hint === first ? say(problem.message) : sayBoth(problem))).join(" ");
}

/** How many things are wrong at this place or below. */
export function useProblemsBelow(path: string): number {
  return useForm().problems.filter((problem) => problem.path === path || problem.path.startsWith(`${path}/`)).length;
}

/** A step of a JSON pointer (RFC 6901). */
export function step(path: string, key: string | number): string {
  return `${path}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

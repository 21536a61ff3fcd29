import TextField, { type TextFieldProps } from "@mui/material/TextField";
import { Problem } from "@/api/problem";
import { say } from "@/lib/sayings";

/** What the server says is wrong with a field, for its helper text. */
export function wrong(error: unknown, field: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  const found = error.problems.find((finding) => finding.path === `/${field}`);
  return found && say(found.message);
}

/** A field of a form for signing in: what is wrong stands at it. */
export function Field({ error: problem, name, helperText, ...rest }: Omit<TextFieldProps, "error"> & { error?: unknown; name: string }) {
  const message = wrong(problem, name);
  return <TextField {...rest} name={name} error={message !== undefined} helperText={message ?? helperText} required />;
}

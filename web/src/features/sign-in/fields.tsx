import TextField, { type TextFieldProps } from "@mui/material/TextField";
import { fieldProblem } from "@/components/fieldProblem";

/** A field of a form for signing in: what is wrong stands at it. */
export function Field({ error, name, helperText, ...rest }: Omit<TextFieldProps, "error"> & { error?: unknown; name: string }) {
  const wrong = fieldProblem(error, `/${name}`);
  return <TextField {...rest} name={name} error={wrong !== undefined} helperText={wrong ?? helperText} required />;
}

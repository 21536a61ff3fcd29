import { useTranslation } from "react-i18next";
import { useServerWords } from "@/lib/serverWords";
import type { FieldProps } from "./Field";
import { useForm } from "./context";
import { type Alternative, type Choice, human, withoutNull } from "./schema";

/** What stands before a field, in the language of the page. */
export function useLabel(props: Pick<FieldProps, "label" | "name" | "schema">): string {
  const { root } = useForm();
  const words = useServerWords();
  return props.label ?? words.label(props.name, withoutNull(props.schema, root).description) ?? human(props.name);
}

/** A value for people, and what is written in documents when that differs. */
export interface Named {
  label: string;
  written: string | undefined;
}

/** Names the values of choices. */
export function useChoiceNames(): (choice: Pick<Choice, "label" | "description">) => Named {
  const words = useServerWords();
  return ({ label, description }) => {
    const named = words.choice(label, description);
    return { label: named ?? label, written: named === undefined || named.toLowerCase() === label.toLowerCase() ? undefined : label };
  };
}

/** Names the ways to write a setting. */
export function useAlternativeNames(): (alternative: Alternative) => string {
  const { t } = useTranslation();
  const words = useServerWords();
  const nameOf = useChoiceNames();
  return ({ name }) => {
    switch (name.of) {
      case "title":
        return words.text(name.text) === name.text ? human(name.text) : words.text(name.text);
      case "setting":
        return words.label(name.text) ?? human(name.text);
      case "values":
        return name.choices.map((choice) => nameOf(choice).label).join(", ");
      case "type":
        return t(`form.type.${name.text}`, { defaultValue: name.text });
    }
  };
}

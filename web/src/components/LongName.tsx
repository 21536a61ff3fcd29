import { Fragment } from "react";

/** A name of a table, a file, a place in it, an address: where it is too long it ends its line behind a sign, not inside of a word or a number. */
export function LongName({ text }: { text: string }) {
  return (
    <>
      {text.split(/(?<=[/._@])|(?=:\d)/).map((part, index) => (
        <Fragment key={index}>{index > 0 && <wbr />}{part}</Fragment>
      ))}
    </>
  );
}

import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import TextField from "@mui/material/TextField";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { useTranslation } from "react-i18next";

interface Question {
  title: string;
  /** What will happen, and whether it can be taken back. */
  text?: ReactNode;
  /** What the button says: the deed, not "OK". */
  deed: string;
  /** What the other button says, where "Cancel" could be taken for the deed. */
  stay?: string;
  /** Deeds that destroy something are red. */
  destroys?: boolean;
  /** Has to be typed before: for what cannot be taken back. */
  typed?: string;
}

type Ask = (question: Question) => Promise<boolean>;
const Context = createContext<Ask>(() => Promise.resolve(false));

/** Asks before a deed: `if (await confirm({ … })) …`. */
export function useConfirm(): Ask {
  return useContext(Context);
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<(Question & { answer: (yes: boolean) => void }) | null>(null);
  const [typed, setTyped] = useState("");
  const ask = useCallback<Ask>((question) => new Promise((answer) => { setTyped(""); setAsked({ ...question, answer }); }), []);
  const close = (yes: boolean) => {
    asked?.answer(yes);
    setAsked(null);
  };
  return (
    <Context.Provider value={ask}>
      {children}
      {asked && (
        <Dialog open onClose={() => close(false)} maxWidth="xs" fullWidth aria-labelledby="confirm-title">
          <form onSubmit={(event) => { event.preventDefault(); close(true); }}>
            <DialogTitle id="confirm-title">{asked.title}</DialogTitle>
            <DialogContent>
              {asked.text && <DialogContentText component="div">{asked.text}</DialogContentText>}
              {asked.typed && <TextField autoFocus sx={{ mt: 2 }} label={t("type_to_confirm", { word: asked.typed })} value={typed} onChange={(event) => setTyped(event.target.value)} />}
            </DialogContent>
            <DialogActions>
              {/* Enter that is still held down destroys nothing. */}
              <Button onClick={() => close(false)} autoFocus={asked.destroys && !asked.typed}>{asked.stay ?? t("cancel")}</Button>
              <Button type="submit" variant="contained" color={asked.destroys ? "error" : "primary"} autoFocus={!asked.destroys && !asked.typed} disabled={asked.typed !== undefined && typed !== asked.typed}>{asked.deed}</Button>
            </DialogActions>
          </form>
        </Dialog>
      )}
    </Context.Provider>
  );
}

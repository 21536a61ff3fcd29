import { useTranslation } from "react-i18next";
import { Once } from "@/components/Once";

/** Codes that each stand once for the authenticator. */
export function RecoveryCodes({ codes }: { codes: string[] }) {
  const { t } = useTranslation("account");
  return <Once text={t("codes_once")} label={t("codes")} value={codes.join("\n")} file="towpath-recovery-codes.txt" saveWord={t("codes_save")} />;
}

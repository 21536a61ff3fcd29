import type { Account } from "../useAccount";
import { Identities } from "./Identities";
import { Password } from "./Password";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

export function Security({ account }: { account: Account }) {
  return (
    <>
      <Password account={account} />
      <SecondFactor account={account} />
      <Sessions />
      <Identities account={account} />
    </>
  );
}

import { useWorkspace } from "@/lib/workspace";
import { Invitations } from "./Invitations";
import { Members } from "./Members";

export function People() {
  const { may } = useWorkspace();
  return (
    <>
      <Members />
      {may("admin") && <Invitations />}
    </>
  );
}

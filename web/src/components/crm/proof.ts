/** Something dangerous wants proof of who one is: the dialog that asks for it is fetched then. */
import { createStore } from "@/lib/store";

export interface ProofWanted {
  /** True once the server has been convinced. */
  settle: (proved: boolean) => void;
}
export const proof = createStore<ProofWanted | null>(null);

let asked: Promise<boolean> | null = null;

/** Two requests at once ask once. */
export function askForProof(): Promise<boolean> {
  asked ??= new Promise<boolean>((resolve) => {
    proof.set({
      settle: (proved) => {
        proof.set(null);
        asked = null;
        resolve(proved);
      },
    });
  });
  return asked;
}

// Begins the consent window: one request, one decision, and none of the chat's code.
import { createRoot } from "react-dom/client";
import { ConsentPage } from "./features/consent/ConsentPage";
import { connectConsent } from "./ipc/consent";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root");
createRoot(root).render(<ConsentPage core={await connectConsent()} />);

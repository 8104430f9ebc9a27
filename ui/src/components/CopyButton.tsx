// Copies a text and says that it did.
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { announce } from "./announcer";
import { Button, IconButton } from "./Button";
import { copyText } from "./clipboard";

interface CopyButtonProps {
  text: string | (() => string);
  /** What it does, in full. */
  label: string;
  /** What stands on it; without it, only the icon. */
  shown?: string;
}

export function CopyButton({ text, label, shown }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const done = await copyText(typeof text === "function" ? text() : text);
    setCopied(done);
    announce(done ? "Copied" : "The clipboard could not be used");
  };
  const Icon = copied ? Check : Copy;
  if (!shown) {
    return (
      <IconButton
        label={label}
        icon={<Icon className="icon-small" aria-hidden="true" />}
        onClick={copy}
      />
    );
  }
  return (
    <Button kind="ghost" aria-label={label} onClick={copy}>
      <Icon className="icon-small" aria-hidden="true" />
      {copied ? "Copied" : shown}
    </Button>
  );
}

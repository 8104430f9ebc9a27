// A calm full page for when the window cannot show conversations: what is so, and what to do.
import type { ReactNode } from "react";

interface ScreenProps {
  title: string;
  children: ReactNode;
}

export function Screen({ title, children }: ScreenProps) {
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto px-6 py-[min(16vh,9rem)]">
      <div className="flex w-full max-w-[30rem] flex-col gap-4">
        <p className="text-ui font-semibold text-faint">Sotto</p>
        <h1 className="text-title leading-tight font-semibold text-balance">{title}</h1>
        {children}
      </div>
    </main>
  );
}

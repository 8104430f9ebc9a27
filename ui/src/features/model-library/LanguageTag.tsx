// The language that a regional model was made for, as its speakers write it.
import { Tag } from "../../components/Tag";
import { regionalLanguage } from "./languages";

export function LanguageTag({ languages }: { languages: readonly string[] }) {
  const language = regionalLanguage(languages);
  if (!language) return null;
  return (
    <Tag>
      <span lang={language.code} dir="auto">
        {language.name}
      </span>
    </Tag>
  );
}

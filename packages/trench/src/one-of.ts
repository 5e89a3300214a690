import { MalformedError } from './malformed-error.ts';

/** `text` as the one of `words` that it is. Throws MalformedError naming `field` and all of them. */
export function oneOf<Word extends string>(words: readonly Word[], text: string, field: string): Word {
  const word = words.find((each) => each === text);
  if (word === undefined) throw new MalformedError(field, text, `not one of ${words.join(', ')}`);
  return word;
}

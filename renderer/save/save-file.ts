/** Hands a file to the person, by the browser's own download. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // A download is read from its address after the click; a minute is more than any needs to begin.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A text as a file. */
export const saveText = (name: string, type: string, text: string) => saveFile(name, new Blob([text], { type }));

import parts from '../../../parts/parts.module.css';
import styles from './places.module.css';

/** A button that opens the system's file dialog. */
export function FilePicker(props: {
  label: string;
  accept: string;
  multiple?: boolean;
  onFiles: (files: readonly File[]) => void;
}) {
  return (
    <span className={`${parts.button} ${styles.file}`}>
      {props.label}
      <input
        type="file"
        aria-label={props.label}
        accept={props.accept}
        multiple={props.multiple ?? false}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file may be chosen again after it was mended.
          event.target.value = '';
          if (files.length > 0) props.onFiles(files);
        }}
      />
    </span>
  );
}

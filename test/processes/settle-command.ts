/** `settle`, from the sources. */
import { runInProcess } from "@settle/cli";

await runInProcess();

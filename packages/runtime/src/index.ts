export type {
  Engine,
  EngineInfo,
  EngineStatus,
  Executable,
  LoadOptions,
  NumberArray,
  RunRequest,
  ScheduleEntry,
} from "./engine.ts";
export type { SampleSource } from "./sample-source.ts";
export type {
  Checkpoint,
  MetricsLine,
  RunStore,
  StoredTensor,
  TrainingPlan,
  TrainingPosition,
} from "./run-store.ts";

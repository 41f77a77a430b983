"""Runs the models of write-cases.ts in onnxruntime; needs onnx, onnxruntime, safetensors."""
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

onnxruntime.set_default_logger_severity(3)
worst = 0.0
folder = pathlib.Path(sys.argv[1])
for model in sorted(folder.glob("*.onnx")):
    onnx.checker.check_model(onnx.load(model), full_check=True)
    tensors = load_file(model.with_suffix(".safetensors"))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    given = {name[6:]: tensors[name] for name in tensors if name.startswith("input/")}
    wanted = [i.name for i in session.get_inputs()]
    names = [name[7:] for name in tensors if name.startswith("output/")]
    results = session.run(names, {k: v for k, v in given.items() if k in wanted})
    error = max(
        np.abs(got - tensors[f"output/{name}"]).max() / max(np.abs(tensors[f"output/{name}"]).max(), 1e-3)
        for name, got in zip(names, results)
    )
    print(f"{model.stem:24} {error:.1e}  {model.stat().st_size:,} bytes")
    worst = max(worst, error)
print(f"largest relative error {worst:.1e}")
sys.exit(worst > 1e-4)

extension PackageFolder {
    /// A program that uses a package without Gyrus.
    static let example = #"""
        """Predict for the rows of a table with the network next to this file.

            python example.py rows.csv         or rows.jsonl, with one JSON object per line

        The table needs the columns listed in preprocessing.json; pictures and sounds are paths relative to the table.
        Requires torch, and Pillow for pictures, soundfile for sound, sentencepiece for text (tokenizers for a pretrained
        text encoder).
        """

        import csv
        import json
        import math
        import pathlib
        import sys
        import unicodedata

        import torch

        here = pathlib.Path(__file__).resolve().parent
        manifest = json.loads((here / "preprocessing.json").read_text(encoding="utf-8"))
        model = torch.jit.load(str(here / "model.pt"))
        target = manifest["target"]
        tokenizers = {}


        def picture(path):
            import numpy
            from PIL import Image, ImageOps

            image = ImageOps.exif_transpose(Image.open(path))
            if image.mode == "P":
                image = image.convert("RGBA" if "transparency" in image.info else "RGB")
            if image.mode not in ("L", "RGB", "RGBA"):
                image = image.convert("RGBA" if "A" in image.mode else "RGB")
            pixels = torch.from_numpy(numpy.array(image))
            return pixels.unsqueeze(2) if pixels.dim() == 2 else pixels


        def sound(path):
            import soundfile

            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
            return torch.from_numpy(samples).t(), rate


        def tokens(name, text, encoder):
            if name not in tokenizers and encoder is None:
                import sentencepiece

                tokenizers[name] = sentencepiece.SentencePieceProcessor(str(here / f"tokenizer-{name}.model"))
            elif name not in tokenizers:
                import tokenizers as library

                tokenizers[name] = library.Tokenizer.from_file(str(here / f"tokenizer-{name}.json"))
                tokenizers[name].no_padding()
                tokenizers[name].enable_truncation(encoder["length"])
            encoded = tokenizers[name].encode(text)
            return torch.tensor(encoded if encoder is None else encoded.ids, dtype=torch.int32)


        def number(text):
            try:
                value = float(text)
                return value if math.isfinite(value) else math.nan
            except (TypeError, ValueError):
                return math.nan


        def table(preparation, row):
            values = [number(row.get(column["name"])) for column in preparation["numbers"]]
            for column in preparation["categories"]:
                text = row.get(column["name"], "")
                values.append(column["values"].index(text) + 1 if text in column["values"] else 0)
            return torch.tensor(values)


        def series(columns, row):
            cells = [row[column] for column in columns]
            if not any(cell.lstrip().startswith("[") for cell in cells):
                return torch.tensor([[number(cell) for cell in cells]])
            channels = [torch.tensor(json.loads(cell), dtype=torch.float32) for cell in cells]
            return channels[0].t() if channels[0].dim() == 2 else torch.stack(channels)


        def text(path_or_text, are_files, folder):
            if are_files:
                encoding = manifest["settings"].get("encoding") or "utf-8-sig"
                path_or_text = found(path_or_text, folder).read_text(encoding=encoding)
            return unicodedata.normalize("NFC", path_or_text)


        def found(name, folder):
            """The file that a table names, with forward or backward slashes."""
            path = folder / name
            return path if path.exists() else folder / name.replace("\\", "/")


        def values(name, row, folder):
            """The network's arguments for one input of one sample."""
            given = manifest["inputs"][name]
            (kind, preparation), = given["preparation"].items()
            preparation = preparation.get("_0", preparation)
            cells = [row.get(column, "") for column in given["columns"]]
            if kind == "table":
                return [table(preparation, row)]
            if not any(cells):
                return [torch.zeros(0), 0] if kind == "sound" else [torch.zeros(0)]
            if kind == "picture":
                return [picture(found(cells[0], folder))]
            if kind == "sound":
                return list(sound(found(cells[0], folder)))
            if kind == "text":
                texts = [text(cell, preparation.get("areFiles", False), folder) for cell in cells if cell]
                return [tokens(name, "\n".join(texts), preparation.get("encoder"))]
            return [series(given["columns"], row)]


        def predict(rows, folder=pathlib.Path(".")):
            """Probabilities of classes or labels, or numbers in their units, one row per input row."""
            known = set().union(*rows)
            needed = {column for each in manifest["inputs"].values() for column in each["columns"]}
            if rows and needed - known:
                raise ValueError(f"there is no column {sorted(needed - known)}; the rows have {sorted(known)}")
            names = [argument.name for argument in model.forward.schema.arguments[1:]]
            columns = []
            for name in (name for name in names if name in manifest["inputs"]):
                columns += [list(each) for each in zip(*(values(name, row, folder) for row in rows))]
            with torch.inference_mode():
                return model(*columns)


        def read(path):
            """The rows of a table, every cell as text."""
            if path.suffix != ".jsonl":
                with path.open(newline="", encoding="utf-8-sig") as file:
                    return list(csv.DictReader(file))
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
            plain = lambda cell: "" if cell is None else cell if isinstance(cell, str) else json.dumps(cell)
            return [{name: plain(cell) for name, cell in row.items()} for row in rows]


        class MLflowModel:
            """The interface of mlflow.pyfunc: takes a data frame with the columns and returns what predict returns."""

            def predict(self, frame, params=None):
                rows = frame.astype(object).where(frame.notna(), "").to_dict("records")
                return predict([{name: self.text(cell) for name, cell in row.items()} for row in rows]).numpy()

            @staticmethod
            def text(cell):
                """The cell as in the table; pandas turns a column's whole numbers into floats if one is missing."""
                return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


        def _load_pyfunc(path):
            return MLflowModel()


        if __name__ == "__main__":
            path = pathlib.Path(sys.argv[1])
            rows = read(path)
            for row, answer in zip(rows, predict(rows, path.parent).tolist()):
                if target["kind"] == "classification":
                    best = max(range(len(answer)), key=answer.__getitem__)
                    print(f"{target['names'][best]}\t{answer[best]:.6f}")
                elif target["kind"] == "multi-label":
                    print(", ".join(name for name, value in zip(target["names"], answer) if value > target.get("threshold", 0.5)))
                else:
                    print("\t".join(f"{name} {value:.6g}" for name, value in zip(target["names"], answer)))
        """# + "\n"
}

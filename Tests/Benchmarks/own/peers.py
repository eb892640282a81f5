"""Alternatives to Gyrus: scikit-learn and plain PyTorch networks of a few lines, with common settings and no tuning."""
import os

import numpy as np
import pandas as pd
from sklearn.ensemble import (ExtraTreesClassifier, HistGradientBoostingClassifier, HistGradientBoostingRegressor)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler
from sklearn.svm import SVC, LinearSVC, SVR


def texts(data, rows):
    if data.file is None:
        return [open(os.path.join(data.folder, p), encoding="utf-8").read() for p in data.files(rows)]
    column = "text" if "text" in data.frame else "description"
    return data.frame.iloc[rows][column].astype(str).tolist()


def pictures(data, rows, side):
    from PIL import Image, ImageOps
    column = "file" if data.file is None else "picture"
    images = []
    for path in data.frame.iloc[rows][column]:
        image = ImageOps.exif_transpose(Image.open(os.path.join(data.folder, path)))
        images.append(np.asarray(image.convert("RGB").resize((side, side)), np.float32) / 255)
    return np.stack(images)


def sounds(data, rows, bands=40, frames=64):
    """Log mel spectrograms at 16 kHz, resized to a fixed number of frames."""
    import librosa
    result = []
    for path in data.frame.iloc[rows]["file"]:
        wave, _ = librosa.load(os.path.join(data.folder, path), sr=16000, mono=True)
        power = librosa.feature.melspectrogram(y=wave, sr=16000, n_mels=bands, n_fft=400, hop_length=160)
        mel = np.log(power + 1e-6)
        places = np.linspace(0, mel.shape[1] - 1, frames)
        result.append(np.stack([np.interp(places, np.arange(mel.shape[1]), band) for band in mel]))
    return np.array(result, np.float32)


def series(data, rows):
    if "series" in data.frame:
        result = []
        for value in data.frame.iloc[rows]["series"]:
            steps = np.stack([np.asarray(step, float) for step in value])
            places = np.linspace(0, len(steps) - 1, 16)
            result.append(np.stack([np.interp(places, np.arange(len(steps)), c) for c in steps.T]))
        return np.array(result, np.float32)
    return data.frame.iloc[rows].drop(columns=data.targets).to_numpy(np.float32)[:, None, :]


def table(data, rows):
    left_out = data.targets + [c for c in (data.group,) if c]
    frame = data.frame.drop(columns=left_out)
    for column in frame.select_dtypes(exclude="number"):
        frame[column] = frame[column].astype("category").cat.codes.where(frame[column].notna(), np.nan)
    return frame.iloc[rows].to_numpy(float)


def classic(data, training, test):
    """A linear model or a kernel machine on simple features; trees for tables and series."""
    right = data.answers(training)
    if data.kind == "text":
        characters = data.name in ("reviews-zh", "languages")
        words = TfidfVectorizer(sublinear_tf=True, analyzer="char" if characters else "word",
                                ngram_range=(1, 3) if characters else (1, 2))
        x, z = words.fit_transform(texts(data, training)), words.transform(texts(data, test))
        if data.metric == "micro-f1":
            from sklearn.linear_model import LogisticRegression
            labels = MultiLabelBinarizer().fit(right)
            model = OneVsRestClassifier(LogisticRegression(max_iter=500)).fit(x, labels.transform(right))
            return [set(labels.classes_[p > 0.2]) for p in model.predict_proba(z)]
        return LinearSVC().fit(x, right).predict(z)
    if data.kind == "table":
        x, z = table(data, training), table(data, test)
        if data.is_regression:
            return MultiOutputRegressor(HistGradientBoostingRegressor()).fit(x, right).predict(z)
        return HistGradientBoostingClassifier().fit(x, right).predict(z)
    read = {"picture": lambda r: pictures(data, r, 24), "sound": lambda r: sounds(data, r, 40, 16),
            "series": lambda r: series(data, r)}[data.kind]
    x, z = (read(r).reshape(len(r), -1) for r in (training, test))
    if data.kind == "series":
        return ExtraTreesClassifier(500, random_state=0).fit(x, right).predict(z)
    if data.is_regression:
        return MultiOutputRegressor(make_pipeline(StandardScaler(), SVR())).fit(x, right).predict(z)
    return make_pipeline(StandardScaler(), SVC()).fit(x, right).predict(z)


def plain(data, training, test, seconds):
    """A common small network, trained with AdamW and a decaying rate for 30 epochs, or until the time is up."""
    import time
    import torch
    from torch import nn
    torch.manual_seed(0)
    torch.set_num_threads(2)
    right = data.answers(training)
    if data.is_regression:
        scale = StandardScaler().fit(right)
        y, outputs = torch.tensor(scale.transform(right), dtype=torch.float32), right.shape[1]
        loss_of = nn.functional.mse_loss
    elif data.metric == "micro-f1":
        labels = MultiLabelBinarizer().fit(right)
        y, outputs = torch.tensor(labels.transform(right), dtype=torch.float32), len(labels.classes_)
        loss_of = nn.functional.binary_cross_entropy_with_logits
    else:
        classes, numbers = np.unique(right, return_inverse=True)
        y, outputs = torch.tensor(numbers), len(classes)
        loss_of = nn.functional.cross_entropy
    if data.kind == "text":
        words = {}
        split = list if data.name in ("reviews-zh", "languages") else str.split
        read = lambda r: [split(t.lower())[:128] for t in texts(data, r)]
        rows = read(training)
        for row in rows:
            for word in row:
                words.setdefault(word, len(words) + 1)
        length = max(8, int(np.percentile([len(row) for row in rows], 98)))
        numbers = lambda rows: torch.tensor(
            [([words.get(w, 0) for w in row] + [0] * length)[:length] for row in rows])
        x, z = numbers(rows), numbers(read(test))

        class TextCNN(nn.Module):
            def __init__(self):
                super().__init__()
                self.embedding = nn.Embedding(len(words) + 1, 64, padding_idx=0)
                self.convolutions = nn.ModuleList(nn.Conv1d(64, 64, k, padding=k // 2) for k in (3, 4, 5))
                self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(192, outputs))

            def forward(self, x):
                h = self.embedding(x).transpose(1, 2)
                return self.head(torch.cat([c(h).relu().amax(2) for c in self.convolutions], 1))
        network = TextCNN()
    elif data.kind == "table":
        x, z = table(data, training), table(data, test)
        mean = np.nanmean(x, 0)
        x, z = (np.where(np.isnan(v), mean, v) for v in (x, z))
        scaler = StandardScaler().fit(x)
        x, z = (torch.tensor(scaler.transform(v), dtype=torch.float32) for v in (x, z))
        network = nn.Sequential(nn.Linear(x.shape[1], 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(),
                                nn.Linear(128, outputs))
    elif data.kind == "series":
        x, z = (torch.tensor(series(data, r)) for r in (training, test))
        network = nn.Sequential(nn.Conv1d(x.shape[1], 64, 7, padding=3), nn.BatchNorm1d(64), nn.ReLU(),
                                nn.Conv1d(64, 64, 5, padding=2), nn.BatchNorm1d(64), nn.ReLU(),
                                nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(64, outputs))
    else:
        if data.kind == "picture":
            x, z = (torch.tensor(pictures(data, r, 64)).permute(0, 3, 1, 2) for r in (training, test))
        else:
            x, z = (torch.tensor(sounds(data, r))[:, None] for r in (training, test))
        mean, deviation = x.mean(), x.std()
        x, z = (x - mean) / deviation, (z - mean) / deviation
        block = lambda i, o: [nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2)]
        network = nn.Sequential(*block(x.shape[1], 32), *block(32, 64), *block(64, 128),
                                nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, outputs))
    epochs, batch, start = 30, 32, time.process_time()
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        network.train()
        for rows in torch.randperm(len(x)).split(batch):
            if len(rows) > 1:
                optimizer.zero_grad()
                loss_of(network(x[rows]), y[rows]).backward()
                optimizer.step()
        schedule.step()
        if time.process_time() - start > seconds:
            break
    network.eval()
    with torch.no_grad():
        scores = torch.cat([network(part) for part in z.split(256)])
    if data.is_regression:
        return scale.inverse_transform(scores.numpy())
    if data.metric == "micro-f1":
        return [set(labels.classes_[p > 0.2]) for p in scores.sigmoid().numpy()]
    return classes[scores.argmax(1).numpy()]

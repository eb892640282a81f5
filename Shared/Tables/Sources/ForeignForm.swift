import Foundation
import Model

/// Unsupported forms of data, and how to convert them.
enum ForeignForm {
    private static let forms: [(endings: [String], what: String, advice: String)] = [
        (["xlsx", "xls", "xlsm", "ods", "numbers"], "a spreadsheet", "save the sheet as CSV (UTF-8)"),
        (["zip", "7z", "rar", "tar.bz2", "tar.xz", "tar.zst"], "an archive", "unpack it and name its folder"),
        (["db", "sqlite", "sqlite3", "mdb", "accdb", "sql"], "a database", "export the table as CSV"),
        (["h5", "hdf5", "hdf", "mat", "nc"], "a file of arrays", "save the arrays with numpy.savez as .npz"),
        (
            ["pkl", "pickle", "joblib", "pt", "pth"], "a Python program, which is never run",
            "save its content as Parquet, CSV or .npz"
        ),
        (["feather", "arrow", "ipc", "orc", "avro"], "a table in an unsupported format", "save it as Parquet"),
        (
            ["rds", "rda", "rdata", "dta", "sav", "sas7bdat"], "a table in a statistics program's format",
            "export it as CSV"
        ),
        (["arff", "libsvm", "svm", "svmlight"], "a table in an unsupported format", "save it as CSV"),
        (
            ["tfrecord", "tfrecords", "rec", "lmdb"], "a record store",
            "write its samples as files or as tar shards"
        ),
        (
            ["pdf", "docx", "doc", "pptx", "html", "htm", "xml"], "a document",
            "save its text as .txt, its tables as CSV"
        ),
        (
            ["heic", "heif", "avif", "svg", "psd", "raw", "dng", "cr2", "nef"], "a picture that cannot be read",
            "save it as PNG or JPEG"
        ),
        (["dcm", "dicom", "nii", "nii.gz", "svs"], "a medical image", "save it as PNG"),
        (["m4a", "aac", "wma", "amr", "mka"], "a sound that cannot be read", "convert it to FLAC, WAV, OGG or MP3"),
        (["mp4", "mov", "avi", "mkv", "webm", "mpg"], "a video", "save its frames as pictures or its sound as WAV"),
    ]

    /// What a file of this name is, and what to do with it; nil if it may be supported.
    static func advice(on name: String) -> String? {
        let lower = name.lowercased()
        return forms.first { $0.endings.contains { lower.hasSuffix(".\($0)") } }.map { "is \($0.what); \($0.advice)" }
    }

    /// The failure for a file that is not a dataset.
    static func failure(_ path: String) -> Failure? {
        let name = URL(filePath: path).lastPathComponent
        if let advice = advice(on: name) { return Failure(.invalidArgument, "'\(path)' \(advice).") }
        guard let type = MediaType(fileName: name), type != .text else { return nil }
        return Failure(
            .invalidArgument,
            "'\(path)' is one \(type == .image ? "picture" : "sound"); use a folder with one subfolder per class, or a "
                + "table that lists the files.")
    }
}

/// Folders for detecting or segmenting objects in pictures instead of classifying pictures.
enum AnnotatedFolder {
    private static let pictures: Set<String> = ["images", "image", "imgs", "img", "jpegimages", "pictures"]
    private static let masks: Set<String> = ["masks", "mask", "segmentation", "segmentations", "segmentationclass"]

    /// The kind of annotations in a folder; nil if there are none.
    static func form(of folder: DataFolder) throws -> String? {
        let folders = try folder.entries().folders
        func first(_ names: Set<String>) -> String? { folders.first { names.contains($0.lowercased()) } }
        func has(_ name: String, _ ending: String) throws -> Bool {
            try folder.files(below: name).contains { $0.lowercased().hasSuffix(ending) }
        }
        if let annotations = first(["annotations"]) {
            if try has(annotations, ".json") { return "boxes or shapes (COCO)" }
            if try has(annotations, ".xml") { return "boxes (Pascal VOC)" }
        }
        guard first(pictures) != nil else { return nil }
        if let labels = first(["labels"]), try has(labels, ".txt") { return "boxes (YOLO)" }
        return first(masks) == nil ? nil : "masks"
    }

    /// Refuses such a folder.
    static func check(_ folder: DataFolder) throws {
        guard let form = try form(of: folder) else { return }
        throw Failure(
            .invalidArgument,
            "The folder '\(folder.path)' has pictures with \(form). Gyrus does not train object detectors; to classify "
                + "whole pictures, crop the objects into one folder per class, or write a table with the columns file_name "
                + "and label.")
    }
}

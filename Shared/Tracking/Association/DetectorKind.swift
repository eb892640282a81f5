/// Families of detectors with their numbers in the search space. Numbers 1 to 4 are those of the method's table 2.
public enum DetectorKind: Int, CaseIterable, Sendable {
    /// Transformer that outputs a set of boxes.
    case detr = 1
    /// One stage, anchors at several scales.
    case ssd
    /// One stage, anchors, three scales.
    case yolov3
    /// Two stages: regions, then classes.
    case fasterRCNN
    /// A small variant of YOLOv3 with two scales.
    case yoloFastest
    /// One stage without anchors, three scales.
    case yolox
    /// One stage without anchors, one scale.
    case fastestDet
    /// One stage without anchors, by Ultralytics.
    case yolov8

    /// Its number as written by the method, such as `003`.
    public var code: String { "00\(rawValue)" }

    /// Its display name.
    public var title: String {
        switch self {
        case .detr: "DETR"
        case .ssd: "SSD"
        case .yolov3: "YOLOv3"
        case .fasterRCNN: "Faster R-CNN"
        case .yoloFastest: "YOLO-Fastest"
        case .yolox: "YOLOX"
        case .fastestDet: "FastestDet"
        case .yolov8: "YOLOv8"
        }
    }
}

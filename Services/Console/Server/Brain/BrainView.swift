/// A region of the brain as the map shows it.
struct BrainRegion: Hashable {
    /// Its number in the atlas.
    var id: Int
    /// Its short name in the atlas.
    var name: String
    /// Its full name.
    var title: String
    /// Location in millimeters of MNI space: right, anterior and superior are positive.
    var x: Double
    var y: Double
    var z: Double
    /// How strongly it takes part, 0 to 1; a region with 0 is drawn in the background.
    var strength: Double
    /// CSS class that sets its color.
    var style: String
    /// Text of the tooltip after the name.
    var note = ""
}

/// The three directions from which the map shows the brain.
enum BrainView: String, CaseIterable {
    case sagittal
    case coronal
    case axial

    /// Coordinates in the plane, to the right and up, and the distance toward the viewer.
    func project(_ region: BrainRegion) -> (across: Double, up: Double, near: Double) {
        switch self {
        case .sagittal: (region.y, region.z, abs(region.x))
        case .coronal: (region.x, region.z, -region.y)
        case .axial: (region.x, region.y, region.z)
        }
    }

    /// The view's name and direction.
    var title: String {
        switch self {
        case .sagittal: "Sagittal, from the side"
        case .coronal: "Coronal, from behind"
        case .axial: "Axial, from above"
        }
    }

    /// The labels at the left, right, top and bottom of the view.
    var ends: (left: String, right: String, top: String, bottom: String) {
        switch self {
        case .sagittal: ("back", "front", "", "")
        case .coronal: ("L", "R", "", "")
        case .axial: ("L", "R", "front", "back")
        }
    }
}

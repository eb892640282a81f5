/// A region of the brain as the map shows it.
struct BrainRegion: Hashable {
    /// Number in the atlas.
    var id: Int
    /// Short name.
    var name: String
    /// Name in words.
    var title: String
    /// Place in millimetres of MNI space: right, front and up are positive.
    var x: Double
    var y: Double
    var z: Double
    /// How strongly it takes part, 0 to 1; 0 leaves it in the background.
    var strength: Double
    /// Class that colors it.
    var style: String
    /// What a pointer that rests on it is told, beyond the name.
    var note = ""
}

/// The three directions from which the map shows the brain.
enum BrainView: String, CaseIterable {
    case sagittal
    case coronal
    case axial

    /// Coordinates in the plane, to the right and up, and the distance towards the viewer.
    func project(_ region: BrainRegion) -> (across: Double, up: Double, near: Double) {
        switch self {
        case .sagittal: (region.y, region.z, abs(region.x))
        case .coronal: (region.x, region.z, -region.y)
        case .axial: (region.x, region.y, region.z)
        }
    }

    /// Name with the direction of view.
    var title: String {
        switch self {
        case .sagittal: "Sagittal, from the side"
        case .coronal: "Coronal, from behind"
        case .axial: "Axial, from above"
        }
    }

    /// What stands at the left, right, top and bottom of the view.
    var ends: (left: String, right: String, top: String, bottom: String) {
        switch self {
        case .sagittal: ("back", "front", "", "")
        case .coronal: ("L", "R", "", "")
        case .axial: ("L", "R", "front", "back")
        }
    }
}

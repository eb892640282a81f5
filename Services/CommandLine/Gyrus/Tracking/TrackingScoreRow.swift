import Presentation
import Tracking

/// A table row with the scores of a sequence; rates in percent.
struct TrackingScoreRow: Listable {
    let sequence: String
    let hota, detA, assA, mota, motpOverlap, motpDistance, idf1, idp, idr, recall, precision: Double
    let truePositives, falsePositives, falseNegatives, switches, fragmentations: Int
    let mostlyTracked, partlyTracked, mostlyLost: Int
    let boxes, truthBoxes, identities, truthIdentities: Int

    init(_ row: Evaluation.Row) {
        let score = row.score
        let clear = score.clear
        sequence = row.sequence
        hota = score.hota.score * 100
        detA = score.hota.detection * 100
        assA = score.hota.association * 100
        mota = clear.accuracy * 100
        motpOverlap = clear.overlapPrecision * 100
        motpDistance = clear.distancePrecision * 100
        idf1 = score.identity.f1 * 100
        idp = score.identity.precision * 100
        idr = score.identity.recall * 100
        recall = clear.recall * 100
        precision = clear.precision * 100
        truePositives = clear.truePositives
        falsePositives = clear.falsePositives
        falseNegatives = clear.falseNegatives
        switches = clear.switches
        fragmentations = clear.fragmentations
        mostlyTracked = clear.mostlyTracked
        partlyTracked = clear.partlyTracked
        mostlyLost = clear.mostlyLost
        boxes = score.foundBoxes
        truthBoxes = score.truthBoxes
        identities = score.foundIdentities
        truthIdentities = score.truthIdentities
    }

    static let columns = [
        "SEQUENCE", "HOTA", "DETA", "ASSA", "MOTA", "MOTP-IOU", "MOTP-DIST", "IDF1", "IDP", "IDR", "RECALL",
        "PRECISION", "FP", "FN", "IDSW", "FRAG", "MT", "PT", "ML", "BOXES", "GT-BOXES", "IDS", "GT-IDS",
    ]

    static let dispensable = [
        "MOTP-DIST", "FRAG", "MT", "PT", "ML", "BOXES", "GT-BOXES", "IDS", "GT-IDS", "MOTP-IOU", "IDP", "IDR",
        "PRECISION", "RECALL",
    ]

    var name: String { sequence }
    var row: [String] {
        let rates = [hota, detA, assA, mota, motpOverlap, motpDistance, idf1, idp, idr, recall, precision]
        let counts = [
            falsePositives, falseNegatives, switches, fragmentations, mostlyTracked, partlyTracked, mostlyLost, boxes,
            truthBoxes, identities, truthIdentities,
        ]
        return [sequence] + rates.map { Figures.fixed($0, 3) } + counts.map(Figures.count)
    }
}

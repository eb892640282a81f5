package import DesignerClient

/// The trials of a search by number, together with the counts that every decision needs. Counting anew would make each
/// step of a search slower than the one before.
package struct TrialList: Sendable {
    private var trials: [Trial]
    /// Number of final trainings.
    package private(set) var finals = 0
    /// Number of trials that have not ended.
    package private(set) var unfinished = 0
    /// Number of trials that are being trained or evaluated.
    package private(set) var busy = 0

    /// The trials of a stored search, by number.
    package init(_ trials: [Trial]) {
        self.trials = trials
        for trial in trials { count(trial, 1) }
    }

    package mutating func append(_ trial: Trial) {
        trials.append(trial)
        count(trial, 1)
    }

    private mutating func count(_ trial: Trial, _ sign: Int) {
        if trial.purpose.isFinal { finals += sign }
        if !trial.state.isFinal { unfinished += sign }
        if !trial.state.isIdle { busy += sign }
    }
}

extension TrialList: RandomAccessCollection, MutableCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { trials.count }

    package subscript(number: Int) -> Trial {
        get { trials[number] }
        _modify {
            count(trials[number], -1)
            defer { count(trials[number], 1) }
            yield &trials[number]
        }
    }
}

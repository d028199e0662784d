import Cluster
import Inspection
import Vocabulary

extension LiveServers {
    /// What those have that a change is for: nobody may be missing, because one that is set later, or never, is the
    /// very thing that a change on all of them is to prevent.
    /// - Parameter mayLeaveOut: whether it goes on without those that give no answer.
    /// - Throws: what the first answered in its place; `Failure` 69 where nobody is left.
    func present<Value>(
        _ answers: [(address: Address, answer: Result<Value, any Error>)], mayLeaveOut: Bool, called what: String
    ) throws -> [Value] {
        var present: [Value] = []
        for (address, answer) in answers {
            do {
                present.append(try answer.get())
            } catch {
                guard mayLeaveOut, (error as? Failure)?.code != .badConfiguration else { throw error }
                Log.warn("\(address) is left out: \(error.words)")
            }
        }
        guard !present.isEmpty else { throw Failure(.unavailable, "no \(what) answers; nothing was changed") }
        return present
    }

    /// Sets one after the other: the first that does not take the value stops all, and the others get back what they
    /// had.
    /// - Parameters:
    ///   - places: who, and what they have.
    ///   - called: as messages call one of them, with its address behind it.
    ///   - set: sets a value at an address.
    /// - Returns: what `set` returned, in their order.
    /// - Throws: `Failure` with the code of the one that did not take it.
    func setAll(
        _ places: [(address: Address, old: String)], _ name: String, to value: String, called: String,
        _ set: (Address, String) async throws -> String
    ) async throws -> [String] {
        var results: [String] = []
        for (index, place) in places.enumerated() {
            do {
                results.append(try await set(place.address, value))
            } catch {
                let code = (error as? Failure)?.code ?? .badConfiguration
                // One that was silent may have done it all the same.
                let told = places[..<(code == .unavailable ? index + 1 : index)]
                var left: [Address] = []
                for place in told where (try? await set(place.address, place.old)) == nil { left.append(place.address) }
                let state =
                    left.isEmpty
                    ? "nothing is changed: those that had it have their old value again"
                    : "\(left.words) may still have the new value: set the old one, \(Setting.shown(place.old, of: name)), in the "
                        + "same way"
                throw Failure(code, "\(called)\(place.address) does not take \(name) (\(error.words)); \(state)")
            }
        }
        return results
    }
}

/// How a change is made.
package struct ChangeOptions: Sendable {
    /// Only says what would be done.
    package var isDry: Bool
    /// Nobody is asked.
    package var isAgreed: Bool
    /// Goes on without those that give no answer.
    package var mayLeaveOut: Bool
    package var printsJSON: Bool

    package init(isDry: Bool, isAgreed: Bool, mayLeaveOut: Bool, printsJSON: Bool) {
        self.isDry = isDry
        self.isAgreed = isAgreed
        self.mayLeaveOut = mayLeaveOut
        self.printsJSON = printsJSON
    }
}

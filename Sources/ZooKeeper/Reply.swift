/// What came back for a call.
enum Reply: Sendable {
    case nothing
    case node(Node)
    case stat(Stat)
    case acl(ACL, Stat)
    case name(String)
    case names([String])
    case results([OperationResult])
}

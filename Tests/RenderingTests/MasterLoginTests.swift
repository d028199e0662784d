import Rendering
import Testing

/// By which names a server's file says how it logs in to its master.
@Suite(.timeLimit(.minutes(5))) struct MasterLoginTests {
    @Test(arguments: [
        ("masteruser app\nmasterauth old\n", "app", "old"),
        ("primaryuser app\nprimaryauth new\n", "app", "new"),
        ("masterauth old\nprimaryauth new\n", nil, "new"),
        ("masteruser \"\"\nmasterauth \"\"\n", nil, nil),
        ("requirepass own\n", nil, nil),
    ])
    func eitherNameCounts(_ text: String, _ user: String?, _ password: String?) {
        let login = loginToMaster(in: text)
        #expect(login.user == user && login.password == password, "\(login)")
    }
}

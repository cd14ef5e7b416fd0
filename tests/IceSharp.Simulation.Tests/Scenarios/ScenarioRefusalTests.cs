using System.Runtime.CompilerServices;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Scenarios;

/// <summary>A scenario that contradicts itself is refused when it is built, and the message names the line to mend.</summary>
public class ScenarioRefusalTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static Dictionary<string, (Func<Scenario> Build, int Line, string[] Says)> Bad => new()
    {
        ["unknown host"] = (() => Good().AddPeer("carol", on: "hostt"), Line(), ["AddPeer(\"carol\", on: \"hostt\")", "there is no host \"hostt\"", "\"host 1\", \"host 2\""]),
        ["unknown NAT"] = (() => Good().AddHost("host 3", "10.0.0.9", behind: "nat"), Line(), ["there is no NAT \"nat\"", "\"nat 1\""]),
        ["a host is no NAT"] = (() => Good().AddHost("host 3", "10.0.0.9", behind: "host 1"), Line(), ["there is no NAT \"host 1\""]),
        ["unknown server"] = (() => Good().AddPeer("carol", on: "host 1", uses: ["stan"]), Line(), ["there is no server \"stan\"", "\"stun\""]),
        ["unknown peer in a call"] = (() => Good().Call("carol", "alice"), Line(), ["there is no peer \"carol\"", "\"alice\""]),
        ["unknown peer expected"] = (() => Good().ExpectConnected("alice", "carol"), Line(), ["there is no peer \"carol\""]),
        ["peer without a call expected"] = (() => Good().AddPeer("carol", on: "host 1").ExpectConnected("alice", "carol"), Line(), ["\"carol\" is in no call"]),
        ["two calls of one agent"] = (() => Good().AddPeer("carol", on: "host 1").Call("alice", "carol"), Line(), ["\"alice\" is in a call already"]),
        ["name taken"] = (() => Good().AddNat("host 1", NatBehaviour.FullCone, "203.0.113.7"), Line(), ["the name is taken by ScenarioRefusalTests.cs:", "AddHost(\"host 1\""]),
        ["peer's name taken"] = (() => Good().AddPeer("alice", on: "host 2"), Line(), ["the name is taken"]),
        ["address clash on the internet"] = (() => Good().AddHost("host 3", "192.0.2.2"), Line(), ["192.0.2.2 is taken on the internet", "AddStunServer(\"stun\""]),
        ["address clash behind a NAT"] = (() => Good().AddHost("host 3", "10.0.0.1", behind: "nat 1"), Line(), ["10.0.0.1 is taken behind \"nat 1\""]),
        ["address clash of an interface"] = (() => Good().AddInterface("host 2", "10.0.0.1", behind: "nat 1"), Line(), ["10.0.0.1 is taken"]),
        ["interface of nobody"] = (() => Good().AddInterface("host 9", "10.0.0.9"), Line(), ["there is no host \"host 9\""]),
        ["no address"] = (() => Good().AddHost("host 3", "300.1.1.1"), Line(), ["\"300.1.1.1\" is no IPv4 or IPv6 address"]),
        ["event in the past"] = (() => Good().Reboot("nat 1", at: -Second), Line(), ["lies in the past", "-1 s"]),
        ["event after the end"] = (() => Good().Lasts(10 * Second).Reboot("nat 1", at: 11 * Second), Line(), ["after the end", "lasts 10 s"]),
        ["call in the past"] = (() => Good().AddPeer("carol", on: "host 1").AddPeer("dave", on: "host 2").Call("carol", "dave", at: -Second), Line(), ["lies in the past"]),
        ["expectation after the end"] = (() => Good().Expect("anything", _ => true, at: TimeSpan.FromHours(1)), Line(), ["after the end"]),
        ["reboot of a host"] = (() => Good().Reboot("host 1", at: Second), Line(), ["there is no NAT \"host 1\""]),
        ["server unknown"] = (() => Good().SwitchOff("turn", at: Second), Line(), ["there is no server \"turn\""]),
        ["link of a NAT"] = (() => Good().ChangeLink("nat 1", at: Second, LinkOptions.Down), Line(), ["there is no host \"nat 1\""]),
        ["hang-up of nobody"] = (() => Good().Close("carol", at: Second), Line(), ["there is no peer \"carol\""]),
        ["data that ends before it begins"] = (() => Good().SendData("alice", "bob", every: Second, from: 2 * Second, until: Second), Line(), ["ends before it begins"]),
        ["loop of NATs"] = (() => Good().AddNat("a", NatBehaviour.FullCone, "100.64.0.1", behind: "b").AddNat("b", NatBehaviour.FullCone, "100.64.0.1", behind: "a"), Line(), ["stands behind itself", "\"a\" behind \"b\" behind \"a\""]),
        ["NAT behind itself"] = (() => Good().AddNat("a", NatBehaviour.FullCone, "100.64.0.1", behind: "a"), Line(), ["stands behind itself"]),
    };

    public static TheoryData<string> Names => new(Bad.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_contradiction_is_refused_with_its_line(string name)
    {
        (Func<Scenario> build, int line, string[] says) = Bad[name];

        ScenarioException refusal = ((Action)(() => build().Build())).Should().Throw<ScenarioException>().Which;

        refusal.Statement.Line.Should().Be(line);
        refusal.Message.Should().StartWith($"ScenarioRefusalTests.cs:{line}: ").And.ContainAll(says);
    }

    [Fact]
    public void What_the_bad_ones_are_made_from_is_good() => Good().Verify();

    private static int Line([CallerLineNumber] int line = 0) => line;

    private static Scenario Good() => new Scenario("good")
        .AddStunServer("stun", "192.0.2.2")
        .AddNat("nat 1", NatBehaviour.FullCone, "203.0.113.1")
        .AddHost("host 1", "10.0.0.1", behind: "nat 1")
        .AddHost("host 2", "198.51.100.2")
        .AddPeer("alice", on: "host 1", uses: ["stun"])
        .AddPeer("bob", on: "host 2")
        .Call("alice", "bob")
        .ExpectConnected("alice", "bob");
}

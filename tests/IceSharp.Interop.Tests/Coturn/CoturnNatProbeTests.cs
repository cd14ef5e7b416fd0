using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;
using IceSharp.TestMarks;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>The probe, as a program behind NATs of the kernel, with coturn's two addresses outside.</summary>
public sealed class CoturnNatProbeTests
{
    private const string FirstAddress = "203.0.113.10", SecondAddress = "203.0.113.11", NatAddress = "203.0.113.21";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    [PeerTheory("coturn", "namespaces")]
    [InlineData(NatKind.FullCone, "EndpointIndependent", "EndpointIndependent")]
    [InlineData(NatKind.AddressRestricted, "EndpointIndependent", "AddressDependent")]
    [InlineData(NatKind.PortRestricted, "EndpointIndependent", "AddressAndPortDependent")]
    [InlineData(NatKind.Symmetric, "AddressAndPortDependent", "AddressAndPortDependent")]
    [Rfc("NAT-5780-4.3-a")]
    [Rfc("NAT-5780-4.4-a")]
    public async Task Each_nat_is_named(NatKind kind, string mapping, string filtering)
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace home = await lab.AddPublicHostAsync("coturn", FirstAddress, SecondAddress);
        NetworkNamespace host = await lab.AddHostBehindAsync(await lab.AddNatAsync("nat", NatAddress, "10.1.0.1", kind), "host");
        await using CoturnServer coturn = await CoturnServer.StartAsync(
            new CoturnOptions { Address = FirstAddress, ExtraArguments = [$"--listening-ip={SecondAddress}", $"--relay-ip={SecondAddress}"] }, home);

        string output = await CheckAsync(host, "--fragments", coturn.StunUri);

        string all = $"{output}\ncoturn says:\n{coturn.Log}";
        output.Should().Contain("outcome: Completed", all);
        output.Should().Contain($"mapping: {mapping}\n", all);
        output.Should().Contain($"filtering: {filtering}\n", all);
        output.Should().Contain("fragments: PassBothWays", all);
        output.Should().Contain($", mapped {NatAddress}:", all);
    }

    [PeerFact("coturn", "namespaces")]
    public async Task Without_a_nat_that_is_said()
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace home = await lab.AddPublicHostAsync("coturn", FirstAddress, SecondAddress);
        NetworkNamespace host = await lab.AddPublicHostAsync("host", "203.0.113.30");
        await using CoturnServer coturn = await CoturnServer.StartAsync(
            new CoturnOptions { Address = FirstAddress, ExtraArguments = [$"--listening-ip={SecondAddress}", $"--relay-ip={SecondAddress}"] }, home);

        string output = await CheckAsync(host, coturn.StunUri);

        output.Should().Contain("mapping: NoNat", output).And.Contain("filtering: EndpointIndependent", output);
    }

    [PeerFact("coturn", "namespaces")]
    public async Task A_coturn_with_one_address_leaves_it_open()
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace home = await lab.AddPublicHostAsync("coturn", FirstAddress);
        NetworkNamespace host = await lab.AddHostBehindAsync(await lab.AddNatAsync("nat", NatAddress, "10.1.0.1", NatKind.PortRestricted), "host");
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { Address = FirstAddress }, home);

        string output = await CheckAsync(host, coturn.StunUri);

        output.Should().Contain("mapping: NotSupportedByServer", output).And.Contain("filtering: NotSupportedByServer", output);
    }

    private static async Task<string> CheckAsync(NetworkNamespace host, params string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? ToolPath.Require("dotnet");

        // Nothing is far away here: a schedule a fifth as long is whole all the same.
        await using ChildProcess check = host.Start(dotnet, [Path.Combine(AppContext.BaseDirectory, "NatCheck.dll"), "--rto", "100", .. arguments], Deadline);
        await check.WaitForExitAsync();
        return check.Output.ReplaceLineEndings("\n");
    }
}

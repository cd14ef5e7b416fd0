using IceSharp.Protocol.Nat;

namespace IceSharp.Samples.NatCheck;

/// <summary>Writes each test as it ends.</summary>
internal sealed class PrintedTests : IProgress<NatTestRecord>
{
    public void Report(NatTestRecord value) => Console.WriteLine(value);
}

namespace IceSharp.Protocol.Agent;

/// <summary>How often each bound was met.</summary>
internal sealed class LimitCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<IceAgentLimit>().Length];

    public long this[IceAgentLimit limit] => _counts[(int)limit];

    public void Note(IceAgentLimit limit) => _counts[(int)limit]++;
}

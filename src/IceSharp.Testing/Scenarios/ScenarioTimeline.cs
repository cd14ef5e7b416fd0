using System.Globalization;
using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Packets, decisions and events of a run in one list that a person can read.</summary>
internal static class ScenarioTimeline
{
    private const int NameWidth = 10;

    public static string Create(ScenarioWorld world, IReadOnlyList<(MonotonicTime At, string What)> happened)
    {
        List<(MonotonicTime At, string Who, string What)> lines = [.. happened.Select(h => (h.At, "scenario", h.What))];
        foreach (string peer in world.Peers)
        {
            lines.AddRange(world.Agent(peer).History.Where(h => h.Fact is not LocalCandidateFound).Select(h => (h.At, peer, ReplayText.Of(h.Fact))));
        }

        lines.AddRange(world.Network.Trace.Records.Select(r => (r.SentAt, Sender(world, r), Packet(r))));
        StringBuilder text = new();
        foreach ((MonotonicTime at, string who, string what) in lines.OrderBy(l => l.At))
        {
            text.Append(CultureInfo.InvariantCulture, $"{at}  {who.PadRight(NameWidth)}  {what}\n");
        }

        return text.ToString();
    }

    /// <summary>The same for a pair of agents without a scenario around them.</summary>
    public static string Create(VirtualPair pair)
    {
        List<(MonotonicTime At, string Who, string What)> lines = [];
        foreach (VirtualAgent agent in new[] { pair.Offerer, pair.Answerer })
        {
            lines.AddRange(agent.History.Where(h => h.Fact is not LocalCandidateFound).Select(h => (h.At, agent.Host.Name, ReplayText.Of(h.Fact))));
        }

        lines.AddRange(pair.Network.Trace.Records.Select(r => (r.SentAt, Sender(pair.Network.Hosts, r.Source.Address), Packet(r))));
        return string.Concat(lines.OrderBy(l => l.At).Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.At}  {l.Who.PadRight(NameWidth)}  {l.What}\n")));
    }

    private static string Packet(PacketRecord record)
    {
        string seen = record.FinalSource == record.Source ? string.Empty : $" (seen as {record.FinalSource})";
        string inside = record.FinalDestination == record.Destination ? string.Empty : $" (inside {record.FinalDestination})";
        double took = (record.EndedAt - record.SentAt).TotalMilliseconds;
        return string.Create(CultureInfo.InvariantCulture, $"{record.Source} -> {record.Destination}  {DatagramDescription.Of(record.Bytes.Span)}  {record.Fate} at {record.Where} after {took:0.###} ms{seen}{inside}");
    }

    private static string Sender(ScenarioWorld world, PacketRecord record)
    {
        string[] peers = [.. world.Peers.Where(p => world.HostOf(p).Interfaces.Any(i => i.Address == record.Source.Address))];
        return peers.Length > 0 ? string.Join('|', peers) : Sender(world.Network.Hosts, record.Source.Address);
    }

    // Two hosts can have the same private address, each in its own network.
    private static string Sender(IReadOnlyList<VirtualHost> hosts, IpAddress source)
    {
        string[] names = [.. hosts.Where(h => h.Interfaces.Any(i => i.Address == source)).Select(h => h.Name)];
        return names.Length > 0 ? string.Join('|', names) : "?";
    }
}

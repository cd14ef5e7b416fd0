using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Stun;

/// <summary>Debian's <c>tshark</c> on loopback: each STUN message with what its dissector thinks of it.</summary>
internal sealed class LoopbackCapture : IAsyncDisposable
{
    private const char Separator = '|';

    private static readonly string[] Fields =
        ["_ws.col.Protocol", "stun.type", "stun.att.type", "udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport", "_ws.malformed", "_ws.expert.severity", "_ws.expert.message"];

    private readonly ChildProcess _process;

    private LoopbackCapture(ChildProcess process) => _process = process;

    /// <summary>Starts it; messages that are sent before it is ready are not seen.</summary>
    /// <param name="filter">What to capture, for example "port 3478".</param>
    /// <param name="stunPorts">Ports whose traffic is STUN whatever it looks like.</param>
    public static LoopbackCapture Start(string filter, params int[] stunPorts)
    {
        string[] arguments =
        [
            "-i", "lo", "-n", "-l", "-Q", "-f", filter, "-Y", "stun or _ws.malformed",
            .. stunPorts.SelectMany(p => new[] { "-d", $"udp.port=={p},stun", "-d", $"tcp.port=={p},stun" }),
            "-T", "fields", "-E", $"separator={Separator}", "-E", "occurrence=a", "-E", "aggregator=,",
            .. Fields.SelectMany(f => new[] { "-e", f }),
        ];
        return new LoopbackCapture(ChildProcess.Start("tshark", arguments, TimeSpan.FromMinutes(2)));
    }

    /// <summary>The messages seen so far.</summary>
    public IReadOnlyList<CapturedMessage> Messages =>
        [.. _process.Output.Split(Environment.NewLine).Select(l => l.Split(Separator)).Where(f => f.Length == Fields.Length).Select(Read)];

    /// <summary>What tshark has written, for failure messages.</summary>
    public string Output => _process.Output;

    /// <summary>Waits until a message was seen that the test is after.</summary>
    public Task WaitForAsync(Func<CapturedMessage, bool> matches, TimeSpan deadline) => _process.WaitForLineAsync(
        line => line.Split(Separator) is { } fields && fields.Length == Fields.Length && matches(Read(fields)), deadline);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static CapturedMessage Read(string[] fields) => new(
        fields[1], fields[2].Split(',', StringSplitOptions.RemoveEmptyEntries), fields[3] + fields[5], fields[4] + fields[6], fields[7].Length > 0 || TsharkSeverity.IsWarning(fields[8]) ? string.Join(' ', fields[7..]).Trim() : "");
}

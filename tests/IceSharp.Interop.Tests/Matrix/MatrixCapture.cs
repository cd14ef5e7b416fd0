using System.Buffers.Binary;
using System.Globalization;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Processes;
using IceSharp.Interop.Tests.Stun;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Everything that passes the switch of a lab, and what Debian's <c>tshark</c> thinks of the STUN messages in it.</summary>
internal sealed class MatrixCapture : IAsyncDisposable
{
    private const char Separator = '|';

    private static readonly TimeSpan ToolDeadline = TimeSpan.FromMinutes(2);

    private readonly ChildProcess _process;
    private readonly string _file;

    private MatrixCapture(ChildProcess process, string file)
    {
        _process = process;
        _file = file;
    }

    /// <summary>Starts capturing.</summary>
    /// <param name="network">The lab.</param>
    /// <param name="lifetime">How long it goes on at most.</param>
    public static async Task<MatrixCapture> StartAsync(NetworkLab network, TimeSpan lifetime)
    {
        string file = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"icesharp-{Guid.NewGuid():N}.pcapng"));
        ChildProcess process = network.StartAtSwitch("dumpcap", ["-i", NetworkLab.Switch, "-w", file], lifetime);
        try
        {
            await process.WaitForLineAsync(line => line.StartsWith("File: ", StringComparison.Ordinal), ToolDeadline);
            return new MatrixCapture(process, file);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until so many packets, of all kinds, have been written.</summary>
    public Task WaitAsync(int packets) => _process.WaitForLineAsync(
        line => line.StartsWith("Packets: ", StringComparison.Ordinal) && int.Parse(line[9..].Trim(), CultureInfo.InvariantCulture) >= packets, ToolDeadline);

    /// <summary>Ends capturing and reads what was captured.</summary>
    /// <returns>The number of STUN messages, and those that are malformed, a line each.</returns>
    public async Task<(int Messages, IReadOnlyList<string> Malformed)> ReadAsync()
    {
        await _process.DisposeAsync();
        string[] fields = ["frame.number", "udp.srcport", "udp.dstport", "_ws.malformed", "_ws.expert.severity", "_ws.expert.message", "udp.payload"];
        string text = await ChildProcess.RunAsync(
            "tshark",
            ["-r", _file, "-n", "-Y", "stun and udp and not icmp and not icmpv6", "-T", "fields", "-E", $"separator={Separator}", "-E", "occurrence=a", .. fields.SelectMany(f => new[] { "-e", f })],
            ToolDeadline);
        string[][] messages = [.. text.Split(Environment.NewLine).Select(l => l.Split(Separator)).Where(f => f.Length == fields.Length)];
        return (messages.Length, [.. messages.Where(m => m[3].Length > 0 || TsharkSeverity.IsWarning(m[4]) || !IsWhole(Convert.FromHexString(m[6]))).Select(m => string.Join(' ', m))]);
    }

    // tshark reads on where attributes run over the end of a message, so their lengths are added up here.
    private static bool IsWhole(ReadOnlySpan<byte> message)
    {
        const int Header = 20, AttributeHeader = 4;
        if ((message[0] & 0xC0) == 0x40)
        {
            // ChannelData: over UDP its padding may be there or not (RFC 8656 §12.5).
            return BinaryPrimitives.ReadUInt16BigEndian(message[2..]) <= message.Length - AttributeHeader;
        }

        if (message.Length < Header || BinaryPrimitives.ReadUInt16BigEndian(message[2..]) != message.Length - Header)
        {
            return false;
        }

        int at = Header;
        while (at + AttributeHeader <= message.Length)
        {
            at += AttributeHeader + ((BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) + 3) & ~3);
        }

        return at == message.Length;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        File.Delete(_file);
    }
}

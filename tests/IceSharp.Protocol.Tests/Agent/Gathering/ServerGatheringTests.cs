using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.GatherBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>How servers are asked: from every socket, place after place, each with its own end.</summary>
public class ServerGatheringTests
{
    [Fact]
    [Rfc("ICE-8445-5.1.1.2-b")]
    [Rfc("ICE-8445-5.1.1.2-c")]
    [Rfc("ICE-8445-5.1.1.2-h")]
    public void Every_server_is_asked_from_every_socket_of_its_family_one_a_slot()
    {
        var options = new IceAgentMachineOptions
        {
            Servers =
            [
                new IceServerSettings { Kind = IceServerKind.Stun, Host = "192.0.2.1" },
                new IceServerSettings { Kind = IceServerKind.Turn, Host = "192.0.2.2", Username = "user", Password = "password" },
                new IceServerSettings { Kind = IceServerKind.Stun, Host = "2001:db8:9::1" },
            ],
        };
        GatherBench bench = new GatherBench(options, On("eth0", "10.0.0.5"), On("eth1", "10.0.1.5"), On("eth0", "2001:db8::5")).Gather();
        bench.Run(0.45);

        (SocketHandle, string)[] asked = [.. bench.Sent.Select(s => (s.Socket, s.Destination.Address.ToString())).Distinct()];
        (SocketHandle, string)[] expected =
        [
            .. from bind in bench.Binds
               from server in bind.LocalAddress.Address.Family == IpFamily.IPv6 ? ["2001:db8:9::1"] : new[] { "192.0.2.1", "192.0.2.2" }
               select (bind.Socket, server),
        ];
        asked.Should().BeEquivalentTo(expected);
        bench.Sent.Select(s => s.At).Zip(bench.Sent.Skip(1).Select(s => s.At), (a, b) => (b - a).TotalMilliseconds).Should().OnlyContain(gap => gap >= 50);
        bench.Machine.GatheringReport.Count(o => o.Result == GatheringResult.NoAddressOfFamily).Should().Be(4);
    }

    [Fact]
    public void A_server_beyond_the_link_is_not_asked_from_a_link_local_address()
    {
        IceAgentMachineOptions options = new() { Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "2001:db8:9::1" }] };
        GatherBench bench = new GatherBench(options, On("eth0", "fe80::5"), On("eth0", "2001:db8::5")).Gather();
        bench.Run(0.45);

        SocketHandle global = bench.Binds.Single(b => !b.LocalAddress.Address.IsLinkLocal).Socket;
        bench.Sent.Should().NotBeEmpty().And.OnlyContain(s => s.Socket == global);
        bench.Machine.GatheringReport.Should().Contain(
            o => o.Server != null && o.Result == GatheringResult.Skipped && o.LocalAddress == IpAddress.Parse("fe80::5"));
    }

    [Fact]
    public void A_silent_address_gives_way_to_the_next_after_the_time_of_its_third_copy_and_each_has_its_own_end()
    {
        GatherBench bench = Asking("stun.example.org", "192.0.2.1", "192.0.2.2");
        bench.Run(1.49);
        bench.Sent.Should().OnlyContain(s => s.Destination.Address == IpAddress.Parse("192.0.2.1"));

        bench.Run(0.02);
        bench.Sent[^1].Destination.Address.Should().Be(IpAddress.Parse("192.0.2.2"));
        bench.Run(20);

        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        GatheringOutcome[] silent = [.. bench.Machine.GatheringReport.Where(o => o.Result == GatheringResult.Timeout)];
        silent.Select(o => (o.ServerAddress!.Value.Address.ToString(), o.Duration.TotalSeconds)).Should().Equal(("192.0.2.1", 7.5), ("192.0.2.2", 7.5));
        bench.Machine.NextTimeout.At.IsNever.Should().BeTrue("a Binding that nobody waits for is not repeated");
    }

    [Fact]
    public void The_first_address_that_answers_is_the_server_and_the_other_is_not_waited_for()
    {
        GatherBench bench = Asking("stun.example.org", "192.0.2.1", "192.0.2.2");
        bench.Run(1.6);

        Answer(bench, bench.Sent[^1], "203.0.113.9");

        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        bench.Candidates.Should().Contain(c => c.Type == IceCandidateType.ServerReflexive && c.Address.Address == IpAddress.Parse("203.0.113.9"));
        bench.Machine.GatheringReport.Should().Contain(o => o.Result == GatheringResult.Skipped && o.ServerAddress!.Value.Address == IpAddress.Parse("192.0.2.1"));
    }

    [Fact]
    public void A_server_without_a_route_is_not_waited_for()
    {
        GatherBench bench = Asking("stun.example.org", "192.0.2.1");
        bench.Machine.HandleUnreachable(bench.Now, bench.Binds[0].Socket, bench.Sent[0].Destination);
        bench.Drain();

        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        GatheringOutcome outcome = bench.Machine.GatheringReport.Should().ContainSingle(o => o.Server != null).Subject;
        outcome.Result.Should().Be(GatheringResult.NotRoutable);
        outcome.InterfaceName.Should().Be("eth0");
    }

    [Fact]
    public void A_dead_server_does_not_delay_a_living_one()
    {
        var options = new IceAgentMachineOptions
        {
            Servers = [.. Enumerable.Range(1, 3).Select(i => new IceServerSettings { Kind = IceServerKind.Stun, Host = $"192.0.2.{i}" })],
        };
        GatherBench bench = new GatherBench(options, On("eth0", "10.0.0.5")).Gather();
        bench.Run(0.11);

        Answer(bench, bench.Sent[^1], "203.0.113.9");

        bench.Events.OfType<LocalCandidateFound>().Should().Contain(e => e.Candidate.Type == IceCandidateType.ServerReflexive);
        bench.Now.Should().Be(MonotonicTime.Zero + TimeSpan.FromMilliseconds(110));
    }

    [Fact]
    public void A_name_that_does_not_resolve_is_reported_and_ends_gathering()
    {
        GatherBench bench = Asking("nowhere.example.org");

        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        bench.Machine.GatheringReport.Should().Contain(o => o.Result == GatheringResult.NameNotResolved && o.Server == "stun:nowhere.example.org");
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("")]
    public void A_host_that_is_no_host_is_refused(string host)
    {
        Action create = () => _ = new GatherBench(new IceAgentMachineOptions { Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = host }] });
        create.Should().Throw<ArgumentException>();
    }

    [Fact]
    [Rfc("ICE-8828-5.2-d")]
    [Rfc("ICE-8828-6.1-a")]
    public void Following_the_default_route_shows_its_local_addresses_and_binds_the_wildcard()
    {
        GatherBench bench = Routed(IceIPHandling.DefaultRoute);

        bench.Candidates.Where(c => c.Type == IceCandidateType.Host).Select(c => c.Address.Address.ToString()).Should().BeEquivalentTo("10.0.1.5", "2001:db8::5");
        bench.Binds.Should().HaveCount(2).And.OnlyContain(b => b.LocalAddress.Address.IsUnspecified);
    }

    [Theory]
    [Rfc("ICE-8828-5.2-e")]
    [Rfc("ICE-8828-5.2-f")]
    [Rfc("ICE-8828-7-a")]
    [Rfc("ICE-8445-5.3-c")]
    [Rfc("ICE-8839-9.1-a")]
    [InlineData(IceIPHandling.DefaultRouteOnly)]
    [InlineData(IceIPHandling.ForceProxy)]
    public void Following_the_default_route_only_shows_no_local_address_anywhere(IceIPHandling mode)
    {
        GatherBench bench = Routed(mode);
        bench.Run(0.2);
        foreach ((MonotonicTime At, SocketHandle Socket, TransportAddress Destination, byte[] Bytes) request in bench.Sent.ToArray())
        {
            Answer(bench, request, request.Destination.Family == IpFamily.IPv4 ? "203.0.113.9" : "2001:db8:77::9");
        }

        string sdp = bench.Machine.CreateLocalDescription().ToSdp();
        sdp.Should().Contain("typ srflx raddr 0.0.0.0 rport 9").And.Contain("typ srflx raddr :: rport 9");
        sdp.Should().NotContain("10.0.1.5").And.NotContain("2001:db8::5").And.NotContain("typ host");
        bench.Machine.GatheringReport.Count(o => o.Result == GatheringResult.Skipped && o.Detail.Contains("policy", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact]
    [Rfc("ICE-8839-5.1-g")]
    [Rfc("ICE-8839-5.1-p")]
    public void Candidate_lines_show_addresses_only_and_components_that_count_from_1()
    {
        var options = new IceAgentMachineOptions { Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "stun.example.org" }] };
        var bench = new GatherBench(options, On("eth0", "10.0.0.5"), On("eth0", "2001:db8::5"));
        bench.Names["stun.example.org"] = ["192.0.2.1"];
        bench.Gather(components: 2).Run(0.3);
        foreach ((MonotonicTime At, SocketHandle Socket, TransportAddress Destination, byte[] Bytes) request in bench.Sent.ToArray())
        {
            Answer(bench, request, "203.0.113.9");
        }

        string[] lines = [.. bench.Machine.CreateLocalDescription().ToSdp().Split("\r\n").Where(l => l.StartsWith("a=candidate", StringComparison.Ordinal))];
        lines.Should().HaveCount(6).And.OnlyContain(l => System.Text.RegularExpressions.Regex.IsMatch(l, @"^a=candidate:\S+ [12] UDP \d+ ([\d.]+|[0-9a-f:]+) \d+ typ (host|srflx raddr [\d.]+ rport \d+)( \S+ \S+)*$"));
        lines.Select(l => l.Split(' ')[1]).Distinct().Order().Should().Equal("1", "2");
        foreach (string component in new[] { "1", "2" })
        {
            lines.Count(l => l.Split(' ')[1] == component).Should().Be(3);
        }
    }

    [Fact]
    [Rfc("ICE-8828-5.2-f")]
    public void Where_everything_has_to_go_through_a_proxy_nothing_leaves_by_UDP_and_only_TURN_over_TCP_is_tried()
    {
        LocalInterfaceAddress route = On("eth0", "10.0.0.5");
        var turn = new IceServerSettings { Kind = IceServerKind.Turn, Host = "192.0.2.2", Username = "user", Password = "password" };
        var options = new IceAgentMachineOptions
        {
            IPHandling = IceIPHandling.ForceProxy,
            HasProxy = true,
            Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "192.0.2.1" }, turn, turn with { Transports = [StunUriTransport.Tcp] }],
        };
        var bench = new GatherBench(options, route);
        bench.Routes[IpFamily.IPv4] = route;
        bench.Gather().Run(20);

        bench.Sent.Should().BeEmpty();
        bench.Connects.Should().ContainSingle();
        bench.Candidates.Should().BeEmpty();
        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        bench.Machine.GatheringReport.Should().Contain(o => o.Server == turn.ToString() && o.Detail.Contains("proxy", StringComparison.Ordinal));
    }

    [Fact]
    [Rfc("ICE-8445-5.3-b")]
    public void A_check_at_the_instant_at_which_the_candidate_is_told_is_answered()
    {
        var bench = new GatherBench(null, On("eth0", "10.0.0.5"));
        bench.Machine.AddDataStream("audio", 1);
        IceStreamDescription told = bench.Machine.CreateLocalDescription().Streams[0];
        var peer = new TransportAddress(IpAddress.Parse("10.0.0.9"), 4000);
        bench.Observer = fact =>
        {
            if (fact is LocalCandidateFound)
            {
                bench.Machine.HandleDatagram(bench.Now, new TransportPath(bench.Binds[0].Socket, peer), Check(told)).Kind.Should().Be(VerdictKind.Consumed);
            }
        };
        bench.Machine.StartGathering(bench.Now);
        bench.Drain();

        (_, _, TransportAddress destination, byte[] answer) = bench.Sent.Should().ContainSingle().Subject;
        destination.Should().Be(peer);
        answer[..2].Should().Equal(0x01, 0x01);
    }

    [Fact]
    [Rfc("ICE-8828-5.2-g")]
    public void A_check_at_a_hidden_base_is_answered_but_none_leaves_from_it_before_a_candidate_does()
    {
        GatherBench bench = Routed(IceIPHandling.DefaultRouteOnly);
        IceStreamDescription told = bench.Machine.CreateLocalDescription().Streams[0];
        var peer = new TransportAddress(IpAddress.Parse("198.51.100.9"), 4000);
        SocketHandle socket = bench.Binds.Single(b => b.LocalAddress.Address.Family == IpFamily.IPv4).Socket;

        bench.Machine.HandleDatagram(bench.Now, new TransportPath(socket, peer), Check(told));
        bench.Drain();
        bench.Run(1);

        bench.Sent.Where(s => s.Destination == peer).Select(s => (s.Bytes[0], s.Bytes[1])).Should().Equal((1, 1));
    }

    [Fact]
    [Rfc("ICE-8445-5.3-a")]
    public void Credentials_carry_enough_random_bits_and_do_not_repeat()
    {
        var random = new SystemRandom();
        var seen = new HashSet<string>();
        for (int i = 0; i < 100_000; i++)
        {
            string password = IceCredentials.NewPassword(random);
            password.Length.Should().BeGreaterThanOrEqualTo(22);
            seen.Add(password).Should().BeTrue();
        }

        IceCredentials.NewUfrag(random).Length.Should().BeGreaterThanOrEqualTo(4);
        seen.First().Should().MatchRegex("^[A-Za-z0-9+/]+$");
    }

    [Fact]
    [Rfc("ICE-8445-19.5.1-a")]
    public void Remote_candidates_beyond_the_limit_are_ignored_with_a_diagnostic()
    {
        GatherBench bench = new GatherBench(new IceAgentMachineOptions { MaxRemoteCandidates = 3 }, On("eth0", "10.0.0.5")).Gather();
        IceDescription own = bench.Machine.CreateLocalDescription();
        bench.Machine.SetRemoteDescription(bench.Now, own with { Streams = [own.Streams[0] with { Candidates = [], EndOfCandidates = false }] });
        for (ushort port = 4000; port < 4004; port++)
        {
            bench.Machine.AddRemoteCandidate(bench.Now, 0, IceCandidate.Parse($"candidate:{port} 1 UDP {port} 10.0.0.9 {port} typ host"));
        }

        bench.Drain();
        bench.Machine.GetPairs(0).Should().HaveCount(3);
        bench.Events.OfType<RemoteCandidateIgnored>().Should().ContainSingle().Which.Candidate.Address.Port.Should().Be(4003);
    }

    [Fact]
    [Rfc("ICE-webrtc-prio-a")]
    [Rfc("ICE-8421-4-c")]
    public void Priorities_of_other_schemes_are_taken_as_they_are_and_the_checklist_is_sorted_by_them_alone()
    {
        GatherBench bench = new GatherBench(null, On("eth0", "10.0.0.5"), On("eth1", "10.0.1.5")).Gather();
        IceDescription own = bench.Machine.CreateLocalDescription();
        string[] lines =
        [
            "candidate:1 1 udp 41885439 203.0.113.1 5000 typ relay raddr 0.0.0.0 rport 0",
            "candidate:2 1 udp 25108223 203.0.113.1 5001 typ relay raddr 0.0.0.0 rport 0",
            "candidate:3 1 udp 2122260223 10.0.9.1 5002 typ host",
            "candidate:4 1 udp 1 10.0.9.1 5003 typ host",
        ];
        bench.Machine.SetRemoteDescription(bench.Now, own with { Streams = [own.Streams[0] with { Candidates = [.. lines.Select(IceCandidate.Parse)] }] });

        IReadOnlyList<IceCandidatePairInfo> pairs = bench.Machine.GetPairs(0);
        pairs.Should().HaveCount(8).And.BeInDescendingOrder(p => p.Priority);
        pairs.Select(p => p.Remote.Priority).Distinct().Should().Equal(2122260223u, 41885439u, 25108223u, 1u);
    }

    [Fact]
    [Rfc("ICE-8445-5.3-d")]
    public void What_the_peer_needs_survives_the_exchange_as_text()
    {
        GatherBench bench = new GatherBench(new IceAgentMachineOptions { Pacing = TimeSpan.FromMilliseconds(20) }, On("eth0", "10.0.0.5")).Gather(components: 2);
        IceDescription told = bench.Machine.CreateLocalDescription();

        IceDescription heard = IceDescription.Parse(told.ToSdp());

        heard.PacingMilliseconds.Should().Be(20);
        heard.IsLite.Should().BeFalse();
        heard.Options.Should().Equal(told.Options).And.Contain("ice2");
        heard.Streams[0].Ufrag.Should().Be(told.Streams[0].Ufrag);
        heard.Streams[0].Password.Should().Be(told.Streams[0].Password);
        heard.Streams[0].Candidates.Select(c => c.ToSdp()).Should().Equal(told.Streams[0].Candidates.Select(c => c.ToSdp())).And.HaveCount(2);
    }

    [Fact]
    [Rfc("ICE-8445-19.3-a")]
    public void A_lying_STUN_server_makes_a_candidate_useless_and_nothing_else()
    {
        var wire = new Wire(TimeSpan.FromMilliseconds(10));
        Wire.Station left = wire.Add("left", new IceAgentMachineOptions { Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "192.0.2.1" }] }, "10.0.0.5");
        Wire.Station right = wire.Add("right", new IceAgentMachineOptions(), "10.0.0.6");
        foreach (Wire.Station station in new[] { left, right })
        {
            station.Machine.AddDataStream("audio", 1);
            station.Machine.StartGathering(wire.Now);
            station.Drain();
        }

        wire.Run(0.01);
        Wire.Flight asked = wire.Trace.Single(f => f.Destination.Address == IpAddress.Parse("192.0.2.1"));
        byte[] buffer = new byte[100];
        var lie = new StunWriter(buffer, StunMethod.Binding, StunClass.SuccessResponse, StunTransactionId.Read(asked.Bytes.AsSpan(8)));
        lie.AddXorAddress(StunAttributeType.XorMappedAddress, new TransportAddress(IpAddress.Parse("198.51.100.66"), 6666));
        left.Receive(new Wire.Flight(wire.Now, "server", asked.Destination, asked.Source, lie.Written.ToArray()));

        right.Machine.SetRemoteDescription(wire.Now, left.Machine.CreateLocalDescription());
        left.Machine.SetRemoteDescription(wire.Now, right.Machine.CreateLocalDescription());
        wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed && right.Machine.State == IceConnectionState.Completed, 2);

        left.Machine.CreateLocalDescription().Streams[0].Candidates.Should().Contain(c => c.Address.Port == 6666);
        right.Events.OfType<PairStateChanged>().Where(e => e.Pair.Remote.Address.Port == 6666).Select(e => e.Pair.State)
            .Should().NotBeEmpty().And.NotContain(IceCandidatePairState.Succeeded);
        right.Machine.GetRoute(0, 1)!.Peer.Address.Should().Be(IpAddress.Parse("10.0.0.5"));
    }

    private static GatherBench Asking(string name, params string[] addresses)
    {
        var options = new IceAgentMachineOptions { Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = name }], GatheringTimeout = TimeSpan.FromSeconds(60) };
        var bench = new GatherBench(options, On("eth0", "10.0.0.5"));
        if (addresses.Length > 0)
        {
            bench.Names[name] = addresses;
        }

        return bench.Gather();
    }

    private static GatherBench Routed(IceIPHandling mode)
    {
        var options = new IceAgentMachineOptions
        {
            IPHandling = mode,
            Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "192.0.2.1" }, new IceServerSettings { Kind = IceServerKind.Stun, Host = "2001:db8:9::1" }],
        };
        LocalInterfaceAddress v4 = On("eth1", "10.0.1.5"), v6 = On("eth1", "2001:db8::5");
        var bench = new GatherBench(options, On("eth0", "10.0.0.5"), v4, v6, On("eth2", "10.0.2.5"));
        bench.Routes[IpFamily.IPv4] = v4;
        bench.Routes[IpFamily.IPv6] = v6;
        return bench.Gather();
    }

    private static void Answer(GatherBench bench, (MonotonicTime At, SocketHandle Socket, TransportAddress Destination, byte[] Bytes) request, string mapped)
    {
        byte[] buffer = new byte[100];
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.SuccessResponse, StunTransactionId.Read(request.Bytes.AsSpan(8)));
        writer.AddXorAddress(StunAttributeType.XorMappedAddress, new TransportAddress(IpAddress.Parse(mapped), 61000));
        bench.Machine.HandleDatagram(bench.Now, new TransportPath(request.Socket, request.Destination), writer.Written);
        bench.Drain();
    }

    private static byte[] Check(IceStreamDescription stream)
    {
        byte[] buffer = new byte[300];
        using var key = StunIntegrityKey.ShortTerm(stream.Password);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, StunTransactionId.Create(new TestRandom("check")));
        writer.AddText(StunAttributeType.Username, $"{stream.Ufrag}:abcd");
        writer.AddUInt32(StunAttributeType.Priority, 1862270975);
        writer.AddUInt64(StunAttributeType.IceControlled, 1);
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }

    private sealed class SystemRandom : IRandomSource
    {
        public void Fill(Span<byte> destination) => System.Security.Cryptography.RandomNumberGenerator.Fill(destination);
    }
}

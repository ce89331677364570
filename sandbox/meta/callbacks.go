package meta

// CallBack says where a person's wishes about our app are sent: its removal, and the deletion of their data.
func (s *Sim) CallBack(deauthorize, deletion string) {
	s.set(func() { s.cfg.DeauthorizeURL, s.cfg.DeletionURL = deauthorize, deletion })
}
